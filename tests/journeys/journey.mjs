// The story of the hub, told in a real browser; journey.py makes the county, starts this, and holds the audit against `requests`.
import { readFileSync } from "node:fs";
import { Person, check, launch, note, say } from "./browser.mjs";

const story = JSON.parse(readFileSync(process.argv[2], "utf8"));
const browser = await launch(story.chromium);
const everybody = [];
const list = "/lists/home_fire_safety_visits";

async function as(name, act, options) {
  const person = await new Person(name, story, options).open(browser);
  everybody.push(person);
  try {
    await act(person);
  } catch (fault) {
    check(`the part of ${name} is told to its end`, false, `${person.page.url()}\n${fault.stack}\n${(await person.text("body").catch(String)).slice(0, 1500)}`);
  }
  await person.close();
}

async function findAndOpen(person, words) {
  await person.follow(/^Find$/);
  await person.look("find");
  await person.page.fill("#q", words);
  await person.press("main button[type=submit]");
  await person.look("results");
  const hit = person.page.locator(`a[href="/people/${story.ids[person.name]}"]`).first();
  check(`${person.name} finds the person by "${words}"`, await hit.count(), await person.text());
  await person.leads(() => hit.click());
}

const fields = {};

async function social(sam) {
  await sam.signIn("social_worker/care_assessment");
  await findAndOpen(sam, story.misspelt);
  await sam.look("single view, care assessment");
  fields.sam = await sam.shownFields();
  check("the social worker's view joins several sources", new Set(fields.sam.map((f) => f.split(":")[0])).size >= 2, fields.sam);
  const excluded = await sam.text("section[aria-labelledby=excluded]");
  check("the view names the police source as not shown", excluded.includes("Police vulnerability notices") && excluded.includes("whether or not"), excluded);
  const details = sam.page.locator("dl.staithe-facts details").first();
  await details.locator("summary").click();
  check("a fact opens to its file, line and clause", /line \d+/.test(await details.innerText()) && /care_assessment|clause/i.test(await details.innerText()), await details.innerText());
  await sam.follow(/Why are these the same person/);
  await sam.look("why the same person");
  check("the weights are drawn, and stand in a table", await sam.page.locator("main svg").count() > 0
    && /Total weight/.test(await sam.text()) && await sam.page.locator("main table").count() > 1, await sam.text());
  await sam.follow(/^Back to/);
  if (story.core) return;
  await sam.page.locator("dl.staithe-facts details summary").first().click();
  await sam.leads(() => sam.page.locator("dl.staithe-facts details[open] a", { hasText: "This looks wrong" }).first().click());
  await sam.look("this looks wrong");
  await sam.page.fill("#words", "She told me of another spelling <b>today</b>");
  await sam.press("main button[type=submit]");
  await sam.look("single view, after a concern");
  check("the view says that a concern waits", /1 open concern/.test(await sam.text()), await sam.text());
  const record = sam.page.locator("article.staithe-record").first();
  if (!(await record.locator("details").first().getAttribute("open") !== null)) await record.locator("summary").first().click();
  await record.locator("details details summary").click();
  await sam.leads(() => record.locator("a", { hasText: "The whole record" }).click());
  await sam.look("one record");
  await sam.page.goBack();
  await sam.leads(() => sam.page.locator("section[aria-labelledby=homes] a").first().click());
  await sam.look("a home");
}

async function fire(fiona) {
  await fiona.signIn("fire_safety_officer/fire_prevention");
  await findAndOpen(fiona, story.words);
  await fiona.look("single view, fire prevention");
  fields.fiona = await fiona.shownFields();
  const only = (a, b) => a.filter((f) => !b.includes(f));
  check("the fire officer sees of the same person what the social worker does not", only(fields.fiona, fields.sam).some((f) => f.startsWith("Police")), fields);
  check("and the social worker what the fire officer does not", only(fields.sam, fields.fiona).some((f) => f.startsWith("Adult social care")), fields);
  check("nothing that the fire agreement withholds is shown to the fire officer", !story.never_fire.some((f) => fields.fiona.includes(f))
    && story.never_fire.some((f) => fields.sam.includes(f)), fields);
  check("no police record is shown to the social worker", !fields.sam.some((f) => f.startsWith("Police")), fields.sam);
  await fiona.follow(/^Lists$/);
  await fiona.look("lists");
  await fiona.follow(/Home fire safety visits/);
  await fiona.look("list of home fire safety visits");
  const act = `a[href="${list}/${story.ids[fiona.name]}"]`;
  check("the person stands on the list", await fiona.page.locator(act).count(), await fiona.text());
  await fiona.press(act);
  await fiona.look("one person of a list");
  await fiona.leads(() => fiona.page.getByRole("button", { name: /^Take it/ }).click());
  await fiona.look("a person taken");
  await fiona.goto(`${list}/${story.ids[fiona.name]}`);
  check("it says who took the person", /yours|taken/i.test(await fiona.text()), await fiona.text());
  await fiona.page.check('input[value="alarms_fitted"]');
  await fiona.page.fill("#words", story.note);
  await fiona.press('main button:has-text("Record the outcome")');
  await fiona.look("after an outcome");
  await fiona.goto(list);
  check("the person has left the list", !(await fiona.page.locator(act).count()), await fiona.text());
  await fiona.goto(`/people/${story.ids[fiona.name]}`);
  const timeline = await fiona.text("section[aria-labelledby=timeline]");
  check("the outcome and its note stand in the view", timeline.includes(story.note) && timeline.includes("alarms fitted"), timeline);
}

async function steward(stella) {
  await stella.signIn("data_steward/stewarding");
  await stella.follow(/^Doubtful links$/);
  await stella.look("doubtful links");
  const waiting = async () => Number((await stella.text()).match(/(\d+) pair/)[1]);
  const before = await waiting();
  await stella.press("tbody tr th a");
  await stella.look("a doubtful link");
  const pair = stella.page.url();
  // The records of the second person: what is joined now is split again along the same line.
  await stella.follow(/The person of the second record/);
  const records = () => stella.page.locator('article.staithe-record a[href^="/records/"]').evaluateAll((links) =>
    links.map((a) => a.getAttribute("href").match(/\d+/)[0]));
  const second = await records();
  await stella.goto(pair);
  await stella.page.fill("#reason", "The same, by the telephone number that both gave");
  await stella.press('button[value="join"]');
  await stella.look("after a join");
  await stella.goto("/doubts");
  check("a decided pair waits no more", await waiting() < before, await stella.text());
  await stella.goto(pair);
  await stella.look("a decided link");
  check("the two are one person now", /joined|together|one person/i.test(await stella.text()), await stella.text());
  await stella.press("main .staithe-acts a");
  const joined = await records();
  check("the joined person has the records of both", second.every((record) => joined.includes(record)) && joined.length > second.length, { joined, second });
  await stella.follow(/Split a wrong join/);
  await stella.look("split a wrong join");
  for (const record of second) await stella.page.check(`input[name=apart][value="${record}"]`);
  await stella.page.fill("#reason", "Two people: one of them called");
  await stella.press('main button:has-text("Split")');
  await stella.look("after a split");
  const [stays, leaves] = await stella.page.locator("main li a").evaluateAll((links) => links.map((a) => a.getAttribute("href")));
  check("the split names both people", stays && leaves && stays !== leaves, await stella.text());
  await stella.goto(stays);
  await stella.look("the person who stays");
  const staying = await records();
  await stella.goto(leaves);
  await stella.look("the person split off");
  const leaving = await records();
  check("both people stand, each with their own records", second.every((record) => leaving.includes(record) && !staying.includes(record))
    && joined.every((record) => leaving.includes(record) || staying.includes(record)) && staying.length > 0, { joined, second, staying, leaving });
  await stella.goto("/doubts");
  await stella.press("tbody tr th a");
  await stella.page.fill("#reason", "A brother and a sister");
  await stella.press('button[value="keep_apart"]');
  await stella.goto("/decisions");
  await stella.look("decisions");
  check("the decisions stand with their reasons", /A brother and a sister/.test(await stella.text()) && /one of them called/.test(await stella.text()), await stella.text());
  await stella.follow(/^Concerns$/);
  await stella.look("concerns");
  check("the concern has reached the steward, as text", (await stella.text()).includes("another spelling <b>today</b>"), await stella.text());
  await stella.page.locator("textarea[name=answer]").first().fill("Thank you: adult social care will correct it");
  await stella.press('main button:has-text("Answer and close")');
  await stella.look("a concern answered");
  await stella.goto("/concerns?closed=1");
  await stella.look("closed concerns");
  await stella.goto(`${stays}/why-not?other=${leaves.match(/\d+/)[0]}`);
  await stella.look("why is somebody else not this person");
  check("why two people are two says that a steward parted them, with the weights drawn", /a steward said/.test(await stella.text())
    && await stella.page.locator("main svg").count() > 0, await stella.text());
  await stella.goto(`${stays}/why`);
  if (await stella.page.getByRole("button", { name: "Show the way between the two" }).count()) {
    await stella.press('main button:has-text("Show the way")');
    await stella.look("the way between two records");
    check("the way between two records is told", /joined by a link of their own|way between them|all the records of this person together/.test(await stella.text()), await stella.text());
  }
  await stella.goto("/what-if");
  await stella.look("what if");
  await stella.page.fill("#join", "14");
  await stella.page.fill("#review", "9");
  await stella.press('main button:has-text("See what would change")');
  for (let tries = 0; tries < 30 && /being worked out/.test(await stella.text()); tries++) await stella.goto(stella.page.url());
  await stella.look("what would change");
  check("other thresholds would split people, told with examples and weights drawn", /would be split/.test(await stella.text())
    && await stella.page.locator(".staithe-example").count() > 0 && await stella.page.locator("main svg").count() > 0, await stella.text());
}

async function contact(connie) {
  await connie.signIn("contact_officer/customer_contact");
  await findAndOpen(connie, story.words);
  await connie.look("who is calling");
  const first = await connie.text();
  check("before the caller is identified no detail is shown", /Is the caller/.test(first) && !first.includes(story.caller.postcode) && !(await connie.page.locator("article.staithe-record").count()), first);
  await connie.page.fill("#caller-name", story.caller.name);
  await connie.page.fill("#caller-born", "1 1 1901");
  await connie.page.fill("#caller-postcode", story.caller.postcode);
  const refused = await connie.leads(() => connie.page.getByRole("button", { name: "Check" }).click());
  await connie.look("a caller refused");
  check("a wrong birth date opens nothing, and does not say which answer failed", refused.status() === 422 && /do not fit/.test(await connie.text()) && !/birth.*(wrong|not fit)/i.test(await connie.text("[role=alert]")), await connie.text());
  await connie.page.fill("#caller-name", story.caller.name);
  await connie.page.fill("#caller-born", story.caller.born);
  await connie.page.fill("#caller-postcode", story.caller.postcode);
  await connie.press('main button:has-text("Check")');
  check("with the right answers details are shown", await connie.page.locator("article.staithe-record").count() > 0, await connie.text());
  await connie.look("single view, customer contact");
  await connie.page.fill("#note", "Asked about the ramp; told that it comes on Monday");
  await connie.press('main button:has-text("Save the note")');
  await connie.look("after a note");
  check("the note stands in the timeline", (await connie.text("section[aria-labelledby=timeline]")).includes("Asked about the ramp"), await connie.text());
}

async function partner(petra) {
  await petra.signIn("data_steward/stewarding");
  await petra.follow(/^Sources$/);
  await petra.look("sources");
  await petra.press(`main a[href="/sources/${story.upload.source}"]`);
  await petra.look("a source");
  await petra.page.setInputFiles("#file", story.upload.path);
  await petra.page.fill("#as_at", story.upload.as_at);
  await petra.press('main button:has-text("Land it")');
  for (let i = 0; i < 60 && !/Quarantined|quarantine/.test(await petra.text()); i++) {
    await new Promise((done) => setTimeout(done, 500));
    await petra.page.reload();
  }
  await petra.look("report of a landing");
  const report = await petra.text();
  check("the report accounts for each row", story.upload.expect.every((words) => new RegExp(words, "i").test(report)), { report, expect: story.upload.expect });
  await petra.goto(`/sources/${story.upload.source}/quarantine`);
  await petra.look("quarantine");
  check("the quarantine shows line, column and rule", new RegExp(story.upload.bad_value).test(await petra.text()), await petra.text());
}

async function governance(grace) {
  await grace.signIn("governance_lead/oversight");
  await grace.follow(/^Audit$/);
  await grace.look("audit");
  await grace.page.fill("#account", "sam.social");
  await grace.press('main button:has-text("Show")');
  const text = await grace.text("table");
  check("the audit names purpose and clause", /Care assessment/.test(text) && /Sharing for care and support assessments, clauses? 3\.1/.test(text) && !/fiona/.test(text), text);
  if (story.core) return;
  await grace.look("audit of one account");
  await grace.goto("/changes");
  await grace.look("changes");
  const changes = await grace.text();
  check("the changes hold the outcome, the decisions, the note, the landing", ["fiona.fire", "stella.steward", "connie.contact",
    "petra.partner"].every((who) => changes.includes(who)), changes);
}

async function readers(person) {
  for (const [path, name] of [["/agreements", "agreements"], ["/agreements/care_assessment", "an agreement"], ["/who-sees", "who sees"],
    ["/who-sees?source=gp_list", "who sees the GP list"], ["/help", "help"]]) {
    await person.goto(path);
    await person.look(name);
  }
  const missing = await person.goto("/people/99999999");
  check("a person who is not there answers 404 or 403 with a sentence", [404, 403].includes(missing.status()), String(missing.status()));
  await person.look("an error page");
}

async function keyboard(sam) {
  const page = sam.page;
  const tabTo = async (fits, words) => {
    for (let i = 0; i < 120; i++) {
      await page.keyboard.press("Tab");
      if (await page.evaluate(fits)) {
        const shown = await page.evaluate(() => {
          const style = getComputedStyle(document.activeElement);
          return style.outlineStyle !== "none" || style.boxShadow !== "none" || style.backgroundColor !== "rgba(0, 0, 0, 0)";
        });
        return check(`by keyboard: ${words}, and the focus is seen`, shown);
      }
    }
    throw new Error(`the Tab key does not reach: ${words}`);
  };
  const enter = () => sam.leads(() => page.keyboard.press("Enter"));
  await sam.goto("/sign-in");
  await page.keyboard.press("Tab");
  check("the first Tab reaches the skip link", await page.evaluate(() => document.activeElement.classList.contains("govuk-skip-link")));
  await tabTo(`document.activeElement.id === "name"`, "the name");
  await page.keyboard.type("sam.social");
  await tabTo(`document.activeElement.id === "password"`, "the password");
  await page.keyboard.type(story.password);
  await enter();
  await tabTo(`document.activeElement.name === "choice"`, "the purposes");
  for (let i = 0; i < 6 && !(await page.evaluate(`document.activeElement.checked && document.activeElement.value === "social_worker/care_assessment"`)); i++)
    await page.keyboard.press(i ? "ArrowDown" : "Space");
  check("by keyboard: care assessment is chosen with the arrows", await page.evaluate(`document.activeElement.checked && document.activeElement.value === "social_worker/care_assessment"`));
  await tabTo(`document.activeElement.textContent.trim() === "Continue"`, "Continue");
  await enter();
  await tabTo(`document.activeElement.getAttribute("href") === "/find"`, "Find");
  await enter();
  await tabTo(`document.activeElement.id === "q"`, "the search");
  await page.keyboard.type(story.misspelt);
  await enter();
  await tabTo(`document.activeElement.getAttribute("href") === "/people/${story.ids["sam.social"]}"`, "the person among the results");
  await enter();
  await tabTo(`document.activeElement.tagName === "SUMMARY"`, "where a fact comes from");
  await page.keyboard.press("Enter");
  check("by keyboard: the evidence opens", await page.evaluate("document.activeElement.parentElement.open"));
  await page.keyboard.press("Home");
  await page.goto(page.url());
  await tabTo(`/^Why are these/.test(document.activeElement.textContent)`, "why the same person");
  await enter();
  check("by keyboard: why the same person is open", /Why are these the same person/.test(await sam.text("h1")));
}

async function without(sam) {
  const page = sam.page;
  await sam.goto("/sign-in");
  await page.fill("#name", "sam.social");
  await page.fill("#password", story.password);
  await sam.press("main button[type=submit]");
  await page.check('input[value="social_worker/care_assessment"]');
  await sam.press("main button[type=submit]");
  await sam.follow(/^Find$/);
  await page.fill("#q", story.misspelt);
  await sam.press("main button[type=submit]");
  await sam.press(`a[href="/people/${story.ids["sam.social"]}"]`);
  await sam.follow(/Why are these the same person/);
  check("without JavaScript: signed in, chosen, found, opened, and why", /Why are these the same person/.test(await sam.text("h1")));
  await sam.leads(() => page.getByRole("button", { name: "Sign out" }).click());
  check("without JavaScript: signed out", /signed out/i.test(await sam.text("body")), await sam.text("body"));
}

try {
  await as("sam.social", social);
  await as("fiona.fire", fire);
  if (!story.core) {
    await as("stella.steward", steward);
    await as("connie.contact", contact);
    await as("petra.partner", partner);
    await as("sam.social", async (sam) => {
      await sam.signIn("social_worker/care_assessment");
      await sam.goto(`/people/${story.ids["sam.social"]}`);
      check("the visit of the fire service stands in the social worker's view", (await sam.text()).includes(story.note), await sam.text());
      await sam.follow(/^My recent looks$/);
      await sam.look("my recent looks");
      check("the steward's answer has come back", (await sam.text()).includes("adult social care will correct it"), await sam.text());
      await readers(sam);
    });
    await as("sam.social", keyboard);
    await as("sam.social", without, { javaScriptEnabled: false });
    await as("adam.admin", async (adam) => {
      await adam.signIn("administrator/oversight");
      await adam.follow(/^Accounts$/);
      await adam.look("accounts");
      await adam.goto("/accounts/sam.social");
      await adam.look("an account");
    });
  }
  await as("grace.governance", governance);
} finally {
  say({ requests: everybody.map((person) => ({ account: person.name, requests: person.requests })) });
  await browser.close();
}
