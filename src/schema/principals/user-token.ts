import type { IssuedToken } from '../../services/principals/user-tokens.ts';
import { builder } from '../builder.ts';

const UserTokenType = builder.objectRef<IssuedToken>('UserToken').implement({
  description: 'A token that lets a user in.',
  fields: (t) => ({
    token: t.exposeString('token', {
      description: 'The token, shown only once. It is sent as a key is: `Authorization: Bearer mgu_…`.',
    }),
    expiresAt: t.field({
      type: 'DateTime',
      description: 'When it stops letting its user in. What has begun by then goes on.',
      resolve: ({ expiresAtMs }) => new Date(expiresAtMs),
    }),
  }),
});

const SUBJECT = 'The user, by your own name for it: 1 to 255 characters.';

builder.mutationFields((t) => ({
  createUserToken: t.field({
    type: UserTokenType,
    description:
      'Creates a token for a user of your own, who may do no more than your key. Needs the operation `issue`.',
    args: {
      subject: t.arg.string({ required: true, description: SUBJECT }),
      expiresInSeconds: t.arg.int({
        required: true,
        description: 'How long it lets its user in: 1 second to 86400, a day.',
      }),
    },
    resolve: (_root, { subject, expiresInSeconds }, { principals, principal }) =>
      principals.issueToken(principal, subject, expiresInSeconds),
  }),
  revokeUserTokens: t.int({
    description:
      'Revokes every token that your key has created for a user, on every server of the cluster, and gives how many. What has begun with one of them goes on. Needs the operation `issue`.',
    args: { subject: t.arg.string({ required: true, description: SUBJECT }) },
    resolve: (_root, { subject }, { principals, principal }) => principals.revokeTokens(principal, subject),
  }),
}));
