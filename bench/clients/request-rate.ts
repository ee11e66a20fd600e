import { connect } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import type { Sample } from '../programs/answer-parent.ts';
import type { Server } from '../programs/servers.ts';
import { nowUs } from '../programs/now-us.ts';
import { percentile } from '../report/statistics.ts';

export interface RequestRate {
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

export interface ServerRate extends RequestRate {
  readonly requestsPerCpuSecond: number;
  /** Of the server's core, from 0 to 1. */
  readonly cpuShare: number;
}

export interface RateOptions {
  readonly body: string;
  readonly connections: number;
  readonly seconds: number;
}

/** Where an HTTP/1.1 answer in `data` ends; -1 while a part of it is missing. */
const endOfAnswer = (data: Buffer): number => {
  const head = data.indexOf('\r\n\r\n');
  if (head === -1) return -1;
  const headers = data.toString('latin1', 0, head).toLowerCase();
  const length = /\r\ncontent-length: *(\d+)/.exec(headers)?.[1];
  if (length !== undefined) return head + 4 + Number(length) <= data.length ? head + 4 + Number(length) : -1;
  const last = data.indexOf('\r\n0\r\n\r\n', head);
  return last === -1 ? -1 : last + 7;
};

/**
 * Sends the same request again and again on connections that stay open, the next one after each answer. Throws at an
 * answer other than 200. It works on bare sockets, because `node:http` as a client would be the slower side.
 */
export const measureRequestRate = async (
  address: string,
  { body, connections, seconds }: RateOptions,
): Promise<RequestRate> => {
  const url = new URL(address);
  const request = Buffer.from(
    `POST ${url.pathname} HTTP/1.1\r\nhost: ${url.host}\r\ncontent-type: application/json\r\naccept: application/graphql-response+json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
  const times: number[] = [];
  const failed = Promise.withResolvers<never>();
  const sockets = Array.from({ length: connections }, () => {
    const socket = connect({ host: url.hostname, port: Number(url.port), noDelay: true });
    let received: Buffer = Buffer.alloc(0);
    let sentUs = 0;
    const send = (): void => {
      sentUs = nowUs();
      socket.write(request);
    };
    socket.on('connect', send);
    socket.on('error', failed.reject);
    socket.on('data', (chunk: Buffer) => {
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
      const end = endOfAnswer(received);
      if (end === -1) return;
      if (received.toString('latin1', 9, 12) !== '200')
        failed.reject(new Error(received.toString('utf8', 0, 500)));
      received = received.subarray(end);
      times.push(nowUs() - sentUs);
      send();
    });
    return socket;
  });
  const beganUs = nowUs();
  try {
    await Promise.race([setTimeout(seconds * 1_000), failed.promise]);
    const took = (nowUs() - beganUs) / 1e6;
    return {
      requestsPerSecond: times.length / took,
      p50Ms: percentile(times, 0.5) / 1_000,
      p99Ms: percentile(times, 0.99) / 1_000,
    };
  } finally {
    for (const socket of sockets) socket.destroy();
  }
};

/** The rate at which a server answers, and what its process uses meanwhile. */
export const measureServerRate = async (
  { url, child }: Server,
  options: RateOptions,
): Promise<ServerRate> => {
  const before = await child.ask<Sample>('sample');
  const beganUs = nowUs();
  const rate = await measureRequestRate(url, options);
  const tookUs = nowUs() - beganUs;
  const cpuUs = (await child.ask<Sample>('sample')).cpuUs - before.cpuUs;
  return {
    ...rate,
    requestsPerCpuSecond: (rate.requestsPerSecond * tookUs) / cpuUs,
    cpuShare: cpuUs / tookUs,
  };
};
