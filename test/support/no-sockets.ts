// Set up before every suite of the project "unit": a test that needs a socket belongs to the project "server".
import { Server, Socket } from 'node:net';

const refuse = (what: string) => (): never => {
  throw new Error(
    `a unit test ${what}: take its file out of UNIT in vitest.config.ts, so that it runs with the servers`,
  );
};

Server.prototype.listen = refuse('listens on a port');
Socket.prototype.connect = refuse('opens a connection');
