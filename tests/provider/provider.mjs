// A real OpenID Connect provider for the tests: node provider.mjs PORT CALLBACK-URL
// Any login name is somebody: `jan` is sub jan, jan@merwede.example, in the groups that PEOPLE names. The file PEOPLE
// (JSON: name → {groups, email}) is read at each request, so that a test can change somebody between two sign-ins.
import { readFileSync } from "node:fs";
import { Provider } from "oidc-provider";

const [port, callback, people] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
const claimsOf = (name) => {
  const known = JSON.parse(readFileSync(people, "utf8"))[name] ?? {};
  return { sub: name, name: `Meneer ${name}`, email: known.email ?? `${name}@merwede.example`, groups: known.groups ?? [] };
};

const provider = new Provider(issuer, {
  clients: [{
    client_id: "sluis", client_secret: "een-lang-geheim-voor-de-tests-alleen", redirect_uris: [callback],
    post_logout_redirect_uris: ["http://testserver/"], grant_types: ["authorization_code"], response_types: ["code"],
  }],
  pkce: { required: () => true },
  claims: { openid: ["sub"], email: ["email"], profile: ["name"], groups: ["groups"] },
  scopes: ["openid", "email", "profile", "groups"],
  findAccount: (_ctx, id) => ({ accountId: id, claims: () => claimsOf(id) }),
  features: { devInteractions: { enabled: true }, rpInitiatedLogout: { enabled: true } },
});
provider.listen(Number(port), "127.0.0.1", () => console.log("ready"));
