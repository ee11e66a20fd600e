/**
 * Names below which anybody can have a page: where frontends, previews and tunnels most often live. They are a few of the
 * names that https://publicsuffix.org/list has by the thousand, chosen by hand.
 */
const HOSTS: ReadonlySet<string> = new Set([
  'amplifyapp.com',
  'app.github.dev',
  'appspot.com',
  'azurestaticapps.net',
  'azurewebsites.net',
  'blogspot.com',
  'cloudfront.net',
  'codesandbox.io',
  'csb.app',
  'deno.dev',
  'elasticbeanstalk.com',
  'firebaseapp.com',
  'fly.dev',
  'framer.app',
  'github.io',
  'gitlab.io',
  'herokuapp.com',
  'hf.space',
  'loca.lt',
  'lovable.app',
  'netlify.app',
  'ngrok-free.app',
  'ngrok.app',
  'ngrok.io',
  'onrender.com',
  'pages.dev',
  'railway.app',
  'replit.app',
  'replit.dev',
  'run.app',
  'stackblitz.io',
  'streamlit.app',
  'surge.sh',
  'trycloudflare.com',
  'up.railway.app',
  'vercel.app',
  'vercel.dev',
  'web.app',
  'webcontainer.io',
  'webflow.io',
  'workers.dev',
]);

/** Below the name of a country, as in `co.uk`. */
const OF_A_COUNTRY = /^(ac|co|com|edu|gov|net|org)\.[a-z]{2}$/;

/** The name in a pattern such as `https://*.vercel.app` below which pages of strangers are; undefined for any other entry. */
export const findSharedSuffix = (origin: string): string | undefined => {
  const name = /^https?:\/\/\*\.([^:]+)/.exec(origin)?.[1] ?? '';
  return HOSTS.has(name) || OF_A_COUNTRY.test(name) ? name : undefined;
};
