// An identity provider for tests: npm's oidc-provider, which is certified, and a side door that makes it misbehave.
// Arguments: a folder for its keys, a port (0: any), the redirect address of the page. Prints "listening <port>".
import { createServer } from 'node:http';
import { generateKeyPairSync } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const [folder, port, redirect, tools] = process.argv.slice(2);
const required = createRequire(`${tools}/node_modules/`);
const load = (name) => import(pathToFileURL(required.resolve(name)));
const { default: Provider } = await load('oidc-provider');
const { importJWK, SignJWT } = await load('jose');

const file = `${folder}/keys.json`;
let made = 0;
const key = (kind) => {
  made += 1;
  const kid = `${kind}-${process.pid}-${made}`;
  const pair = kind === 'RS256' ? ['rsa', { modulusLength: 2048 }] : ['ec', { namedCurve: 'P-256' }];
  return { ...generateKeyPairSync(...pair).privateKey.export({ format: 'jwk' }), kid, alg: kind, use: 'sig' };
};
// The first of a kind signs.
let keys = existsSync(file) ? JSON.parse(readFileSync(file)) : [key('ES256'), key('RS256')];
const keep = () => writeFileSync(file, JSON.stringify(keys));
keep();

const mode = { jwks: 'ok', tamper: null };
const counts = { jwks: 0, discovery: 0, token: 0 };
// The last answer of the token endpoint.
let last = null;
const roles = { an: [{ role: 'auditor', area: '*' }] };
let provider;

function build(issuer) {
  provider = new Provider(issuer, {
    jwks: { keys },
    cookies: { keys: ['a key of tests'] },
    clients: [
      {
        client_id: 'one-stop', client_secret: 'secret of tests', grant_types: ['client_credentials'],
        redirect_uris: [], response_types: [],
      },
      {
        client_id: 'one-stop-rsa', client_secret: 'secret of tests', grant_types: ['client_credentials'],
        redirect_uris: [], response_types: [],
      },
      {
        client_id: 'hoagiai-page', client_secret: 'secret: of/tests+page', redirect_uris: [redirect],
        grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'],
        id_token_signed_response_alg: 'ES256', backchannel_logout_session_required: true,
        backchannel_logout_uri: redirect.replace('/callback', '/back-channel-logout'),
      },
    ],
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: true },
      backchannelLogout: { enabled: true },
      resourceIndicators: {
        enabled: true,
        useGrantedResource: () => true,
        getResourceServerInfo: (_, resource, client) => ({
          scope: 'hoagiai:registry', audience: resource, accessTokenFormat: 'jwt', accessTokenTTL: mode.ttl ?? 600,
          jwt: { sign: { alg: client.clientId === 'one-stop-rsa' ? 'RS256' : 'ES256' } },
        }),
      },
    },
    // Its own would not call this machine.
    fetch: (url, { method, headers, body }) => fetch(url, { method, headers, body }),
    scopes: ['openid', 'offline_access', 'hoagiai:registry'],
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
    extraTokenClaims: (_, token) => (roles[token.accountId] ? { roles: roles[token.accountId] } : undefined),
    issueRefreshToken: (_, client) => client.grantTypeAllowed('refresh_token'),
    ttl: { IdToken: 600, Grant: 3600, Session: 3600, RefreshToken: 3600, Interaction: 600, AuthorizationCode: 60 },
  });
  provider.on('server_error', (_, error) => console.error(error));
}

const read = async (request) => {
  let text = '';
  for await (const piece of request) text += piece;
  return text === '' ? {} : JSON.parse(text);
};

// The side door.
const control = {
  counts: () => counts,
  last: () => last,
  mode: (said) => Object.assign(mode, said),
  roles: (said) => Object.assign(roles, said),
  // A new key signs from now on; the old ones are published beside it, or are gone.
  rotate: ({ overlap }) => {
    keys = ['ES256', 'RS256'].map(key).concat(overlap ? keys : []);
    keep();
    build(issuer);
    return {};
  },
  // Signs whatever is asked.
  mint: async ({ header, claims, alg = 'ES256', kid }) => {
    const jwk = keys.find((one) => one.alg === alg);
    const signer = new SignJWT({ iss: issuer, ...claims });
    const head = { alg, kid: kid ?? jwk.kid, typ: 'at+jwt', ...header };
    return { token: await signer.setProtectedHeader(head).sign(await importJWK(jwk, alg)) };
  },
};

const jwks = {
  500: (answer) => answer.writeHead(500).end('broken'),
  html: (answer) => answer.writeHead(200, { 'content-type': 'text/html' }).end('<html><body>Bảo trì</body></html>'),
  redirect: (answer) => answer.writeHead(302, { location: `${issuer}/elsewhere` }).end(),
  large: (answer) => answer.writeHead(200).end(`{"keys":[],"x":"${'x'.repeat(1 << 20)}"}`),
  twice: (answer) => answer.writeHead(200).end('{"keys":[],"keys":[]}'),
  empty: (answer) => answer.writeHead(200).end('{"keys":[]}'),
  cut: (answer) => { answer.writeHead(200, { 'content-length': 1000 }); answer.write('{"keys":['); answer.destroy(); },
};

let issuer;
const server = createServer(async (request, answer) => {
  const path = request.url.split('?')[0];
  if (path.startsWith('/control/')) {
    const result = await control[path.slice('/control/'.length)](await read(request));
    return answer.end(JSON.stringify(result));
  }
  if (path === '/jwks' || path === '/elsewhere') {
    counts.jwks += 1;
    if (path === '/jwks' && mode.jwks !== 'ok') return jwks[mode.jwks](answer);
    request.url = '/jwks';
  }
  if (path === '/.well-known/openid-configuration') {
    counts.discovery += 1;
    if (mode.issuer) return answer.end(JSON.stringify({ issuer: mode.issuer, jwks_uri: `${issuer}/jwks` }));
  }
  if (path === '/token') {
    counts.token += 1;
    if (mode.token === 'down') return answer.writeHead(503).end();
    if (mode.tamper) return tampered(request, answer);
    const end = answer.end.bind(answer);
    answer.end = (body, ...rest) => {
      last = JSON.parse(body.toString());
      return end(body, ...rest);
    };
  }
  return provider.callback()(request, answer);
});

// The answer of the token endpoint with another ID token in it: what a hostile network or provider might send.
function tampered(request, answer) {
  const end = answer.end.bind(answer);
  answer.end = (body, ...rest) => {
    (async () => {
      const said = JSON.parse(body.toString());
      const claims = JSON.parse(Buffer.from(said.id_token.split('.')[1], 'base64url'));
      said.id_token = (await control.mint({ header: { typ: 'JWT' }, claims: { ...claims, ...mode.tamper } })).token;
      const text = JSON.stringify(said);
      answer.setHeader('content-length', Buffer.byteLength(text));
      end(text, ...rest);
    })();
    return answer;
  };
  return provider.callback()(request, answer);
}

server.listen(Number(port), '127.0.0.1', () => {
  issuer = `http://127.0.0.1:${server.address().port}`;
  build(issuer);
  console.log(`listening ${server.address().port}`);
});
