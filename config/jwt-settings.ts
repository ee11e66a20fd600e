import { createPublicKey, type KeyObject } from 'node:crypto';
import { isLoopback } from '../src/core/is-loopback.ts';
import {
  JWT_ALGORITHMS,
  type JwtAlgorithm,
  type JwtKeySource,
  type JwtRules,
} from '../src/core/jwt-rules.ts';

/** The variables as they were read, with their defaults. */
export interface JwtVariables {
  readonly MODELGRAPH_JWT_ISSUER: string;
  readonly MODELGRAPH_JWT_AUDIENCE: readonly string[];
  readonly MODELGRAPH_JWT_JWKS_URL: string;
  readonly MODELGRAPH_JWT_SECRET: string;
  readonly MODELGRAPH_JWT_PUBLIC_KEY: string;
  readonly MODELGRAPH_JWT_ALGORITHMS: readonly string[];
  readonly MODELGRAPH_JWT_CLOCK_TOLERANCE_SECONDS: number;
}

/** RFC 7518, section 3.2: a secret is at least as long as the hash. */
const SECRET_BYTES: Readonly<Record<string, number>> = { HS256: 32, HS384: 48, HS512: 64 };

const CURVES: Readonly<Record<string, JwtAlgorithm>> = {
  prime256v1: 'ES256',
  secp384r1: 'ES384',
  secp521r1: 'ES512',
};

const MIN_RSA_BITS = 2_048;

type Report = (variable: keyof JwtVariables, message: string) => void;

const isSymmetric = (algorithm: string): boolean => algorithm.startsWith('HS');

/** The algorithms that a public key can be used with, the usual one first. */
const algorithmsOf = ({
  asymmetricKeyType,
  asymmetricKeyDetails: details = {},
}: KeyObject): readonly string[] => {
  switch (asymmetricKeyType) {
    case 'rsa':
      return (details.modulusLength ?? 0) >= MIN_RSA_BITS ? ['RS256', 'RS384', 'RS512'] : [];
    case 'ec':
      return [CURVES[details.namedCurve ?? '']].filter((algorithm) => algorithm !== undefined);
    case 'ed25519':
      return ['EdDSA', 'Ed25519'];
    default:
      return [];
  }
};

/** A private key would be read as the public one that it contains, and stay where it does not belong. */
const parsePublicKey = (pem: string): KeyObject | undefined => {
  if (!/^-----BEGIN PUBLIC KEY-----\s/.test(pem)) return undefined;
  try {
    return createPublicKey(pem);
  } catch {
    return undefined;
  }
};

const isKeySetAddress = (url: string): boolean => {
  const parsed = URL.parse(url);
  if (parsed === null || parsed.username !== '' || parsed.password !== '') return false;
  return parsed.protocol === 'https:' || (parsed.protocol === 'http:' && isLoopback(parsed.hostname));
};

interface Source {
  readonly keys: JwtKeySource;
  /** Algorithms that its keys can be used with. */
  readonly fitting: readonly string[];
  /** Of those, what holds where the operator names none. */
  readonly usual: readonly string[];
}

const readSource = (variables: JwtVariables, report: Report): Source => {
  const {
    MODELGRAPH_JWT_JWKS_URL: jwksUrl,
    MODELGRAPH_JWT_SECRET: secret,
    MODELGRAPH_JWT_PUBLIC_KEY: publicKey,
  } = variables;
  if (secret !== '') {
    const fitting = Object.keys(SECRET_BYTES);
    return { keys: { type: 'secret', secret }, fitting, usual: fitting.slice(0, 1) };
  }
  if (publicKey !== '') {
    // Some shells and orchestrators have no line breaks in variables.
    const pem = publicKey.replaceAll(String.raw`\n`, '\n').trim();
    const key = parsePublicKey(pem);
    const fitting = key === undefined ? [] : algorithmsOf(key);
    if (fitting.length === 0)
      report(
        'MODELGRAPH_JWT_PUBLIC_KEY',
        `must be a public key in PEM (BEGIN PUBLIC KEY): RSA of at least ${MIN_RSA_BITS} bits, P-256, P-384, P-521 or Ed25519`,
      );
    return { keys: { type: 'public-key', pem }, fitting, usual: fitting };
  }
  if (!isKeySetAddress(jwksUrl))
    report(
      'MODELGRAPH_JWT_JWKS_URL',
      'must be an https address, or an http one on this machine, without a user and a password',
    );
  const fitting = JWT_ALGORITHMS.filter((algorithm) => !isSymmetric(algorithm));
  return { keys: { type: 'jwks', url: jwksUrl }, fitting, usual: ['RS256', 'ES256', 'EdDSA'] };
};

const readAlgorithms = (
  given: readonly string[],
  { keys, fitting, usual }: Source,
  report: Report,
): readonly JwtAlgorithm[] => {
  const names = given.length === 0 ? usual : given;
  const unfit = names.filter((name) => !fitting.includes(name));
  // What is wrong with the key has been reported.
  if (unfit.length > 0 && fitting.length > 0)
    report(
      'MODELGRAPH_JWT_ALGORITHMS',
      `may have ${fitting.join(', ')} with these keys, not ${unfit.map((name) => `"${name}"`).join(', ')}`,
    );
  if (keys.type === 'secret') {
    const bytes = Buffer.byteLength(keys.secret);
    const least = Math.max(...names.map((name) => SECRET_BYTES[name] ?? 0));
    if (bytes < least)
      report('MODELGRAPH_JWT_SECRET', `must have at least ${least} bytes for ${names.join(', ')}`);
  }
  return JWT_ALGORITHMS.filter((algorithm) => names.includes(algorithm));
};

/** null: no identity provider is set. Problems are added with their variable; a secret is never quoted. */
export const readJwtRules = (variables: JwtVariables, problems: string[]): JwtRules | null => {
  const report: Report = (variable, message) => void problems.push(`${variable}: ${message}`);
  const { MODELGRAPH_JWT_ISSUER: issuer, MODELGRAPH_JWT_AUDIENCE: audiences } = variables;
  const { MODELGRAPH_JWT_ALGORITHMS: algorithms } = variables;
  const sources = [
    variables.MODELGRAPH_JWT_JWKS_URL,
    variables.MODELGRAPH_JWT_PUBLIC_KEY,
    variables.MODELGRAPH_JWT_SECRET,
  ].filter((value) => value !== '');
  if (issuer === '' && audiences.length === 0 && sources.length === 0 && algorithms.length === 0) return null;
  if (issuer === '') report('MODELGRAPH_JWT_ISSUER', 'is required with the other settings of tokens');
  if (audiences.length === 0)
    report(
      'MODELGRAPH_JWT_AUDIENCE',
      'is required: a token for another service of the issuer would let its user in',
    );
  if (sources.length !== 1) {
    report(
      'MODELGRAPH_JWT_JWKS_URL',
      'exactly one of it, MODELGRAPH_JWT_PUBLIC_KEY and MODELGRAPH_JWT_SECRET must be set',
    );
    return null;
  }
  const source = readSource(variables, report);
  const allowed = readAlgorithms(algorithms, source, report);
  const { MODELGRAPH_JWT_CLOCK_TOLERANCE_SECONDS: clockToleranceSeconds } = variables;
  return { issuer, audiences, keys: source.keys, algorithms: allowed, clockToleranceSeconds };
};
