// A sign-in provider of other people's making (npm's oidc-provider) with two
// people in it, and a browser's part of the way: signs each in, agrees, and
// looks who the library takes them for. With wrong answers in between.
//
//   node provider.mjs TRITHUC FOLDER
import { spawn, execFileSync } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import Provider from "oidc-provider";

const [program, folder] = process.argv.slice(2);
const data = join(folder, "provider");
const people = {
  an: { sub: "an", preferred_username: "An.Nguyen", email: "an@example.vn", email_verified: true, groups: ["thu-vien"] },
  binh: { sub: "binh", preferred_username: "binh", groups: [] },
  goc: { sub: "goc", preferred_username: "goc", groups: ["thu-vien"] },
};
const expect = (right, what) => {
  if (!right) throw new Error(what);
};

// Both need the other's address: the provider listens first, on any port.
const web = createServer();
web.listen(0, "127.0.0.1");
await once(web, "listening");
const issuer = `http://127.0.0.1:${web.address().port}`;

const config = join(folder, "provider.toml");
writeFileSync(
  config,
  `[server]\nalerts.interval_s = 0\n[server.oidc]\nissuer = "${issuer}"\nclient_id = "thuvien"\n` +
    `client_secret = "mot bi mat: &%"\nroles = { librarian = ["thu-vien"] }\ndefault_role = "reader"\n`,
);
execFileSync(program, ["--data", data, "user", "add", "goc", "--role", "admin", "--no-password"]);
const server = spawn(program, ["--data", data, "--config", config, "serve", "--listen", "127.0.0.1:0"], {
  stdio: ["ignore", "pipe", "inherit"],
});
try {
  const [line] = await once(server.stdout, "data");
  const base = /http:\/\/[0-9.:]+/.exec(String(line))[0];
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: "thuvien",
        client_secret: "mot bi mat: &%",
        redirect_uris: [`${base}/login/callback`],
        response_types: ["code"],
        grant_types: ["authorization_code"],
      },
    ],
    claims: { openid: ["sub"], profile: ["preferred_username", "groups"], email: ["email", "email_verified"] },
    conformIdTokenClaims: false,
    pkce: { required: () => true },
    findAccount: (_, id) => ({ accountId: id, claims: () => people[id] }),
    features: { devInteractions: { enabled: true } },
  });
  web.on("request", provider.callback());

  /** One browser: keeps cookies of both, follows nothing by itself. */
  const browser = () => {
    const jars = {};
    return async (url, form) => {
      const at = new URL(url);
      const jar = (jars[at.host] ??= new Map());
      const cookies = [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
      const answer = await fetch(at, {
        method: form ? "POST" : "GET",
        body: form && new URLSearchParams(form),
        headers: { cookie: cookies },
        redirect: "manual",
      });
      for (const cookie of answer.headers.getSetCookie()) {
        const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie);
        if (value && !/max-age=0/i.test(cookie)) jar.set(name, value);
        else jar.delete(name);
      }
      const to = answer.headers.get("location");
      return { status: answer.status, to: to && new URL(to, at).href, text: await answer.text() };
    };
  };

  /** To the last step before the library: its own address with the code. */
  const toTheCode = async (visit, login) => {
    let answer = await visit(`${base}/login/provider?back=%2Faccount`);
    expect(answer.status === 303 && answer.to.startsWith(issuer), `no way to the provider: ${answer.status} ${answer.text}`);
    for (let step = 0; step < 20; step++) {
      if (answer.to?.startsWith(`${base}/login/callback`)) return answer.to;
      if (answer.to) {
        answer = await visit(answer.to);
        continue;
      }
      const action = /<form[^>]*action="([^"]+)"/.exec(answer.text)?.[1];
      const prompt = /name="prompt" value="([^"]+)"/.exec(answer.text)?.[1];
      expect(action && prompt, `the provider shows no form: ${answer.text.slice(0, 300)}`);
      answer = await visit(new URL(action, issuer).href, prompt === "login" ? { prompt, login, password: "x" } : { prompt });
    }
    throw new Error("the provider never comes back");
  };
  const signIn = async (login) => {
    const visit = browser();
    const answer = await visit(await toTheCode(visit, login));
    return { visit, answer };
  };

  const login = await browser()(`${base}/login?lang=en`);
  expect(login.text.includes("/login/provider?back="), "the page of signing in does not lead to the provider");
  const an = await signIn("an");
  expect(an.answer.status === 303 && an.answer.to === `${base}/account`, `not signed in: ${an.answer.status} ${an.answer.text}`);
  const page = await an.visit(`${base}/account?lang=en`);
  expect(page.text.includes("an.nguyen") && page.text.includes("Librarian"), "not the person, or not the role");
  people.an.groups = [];
  const again = await signIn("an");
  const reader = await again.visit(`${base}/account?lang=en`);
  expect(reader.text.includes("an.nguyen") && reader.text.includes("Reader"), "the role does not follow the groups");
  const binh = await signIn("binh");
  expect((await binh.visit(`${base}/account?lang=en`)).text.includes("Reader"), "no default role");

  // An account that was there before is nobody's of the provider.
  const taken = await signIn("goc");
  expect(taken.answer.status === 400, `an account was taken over: ${taken.answer.status}`);
  // A code works once, in the browser that began, with its own state.
  const visit = browser();
  const code = await toTheCode(visit, "binh");
  expect((await browser()(code)).status === 400, "another browser used the code");
  expect((await visit(code.replace(/state=[^&]+/, "state=x"))).status === 400, "the state is not looked at");
  expect((await visit(code)).status === 303, "the right browser is refused");
  expect((await visit(code)).status === 400, "the code worked twice");
  const denied = browser();
  const begun = await denied(`${base}/login/provider`);
  const state = new URL(begun.to).searchParams.get("state");
  expect((await denied(`${base}/login/callback?error=access_denied&state=${state}`)).status === 400, "a refusal is not told");
  // Closed at the library: the provider's word does not open it.
  execFileSync(program, ["--data", data, "user", "disable", "binh"]);
  expect((await signIn("binh")).answer.status === 403, "a closed account is open");
  console.log("sign-in through a provider: passed");
} finally {
  server.kill();
  web.close();
}
