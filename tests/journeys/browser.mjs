// One real browser, and what every page visited in it must satisfy: axe finds nothing, nothing scrolls sideways at 320 px,
// nothing on the console, no part of the page refused. Speaks to journey.py in lines of JSON: {check, holds, seen}, {note}.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export const say = (line) => console.log(JSON.stringify(line));
export const note = (words) => say({ note: String(words) });
export const check = (words, holds, seen = "") => {
  say({ check: words, holds: Boolean(holds), seen: holds ? "" : typeof seen === "string" ? seen : JSON.stringify(seen, null, 1) });
  return Boolean(holds);
};

export const launch = (executablePath) => chromium.launch({ executablePath, args: ["--headless", "--no-sandbox", "--disable-gpu",
  "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"] });

// The route table's pattern of a path, for the audit: numbers and names as it writes them.
export const pattern = (path) => path
  .replace(/^\/doubts\/\d+\/\d+/, "/doubts/{a}/{b}")
  .replace(/^\/homes\/[^/]+/, "/homes/{uprn}")
  .replace(/^\/lists\/[^/]+/, "/lists/{name}")
  .replace(/^\/sources\/[^/]+/, "/sources/{name}")
  .replace(/\/\d+(?=\/|$)/, "/{id}");

export class Person {
  constructor(name, story, options = {}) {
    Object.assign(this, { name, story, options, requests: [], looked: new Set(), faults: [] });
  }

  async open(browser) {
    this.context = await browser.newContext({ viewport: { width: 1280, height: 900 }, baseURL: this.story.base, ...this.options });
    this.page = await this.context.newPage();
    this.page.on("pageerror", (error) => this.faults.push(`${this.page.url()}: ${error.message}`));
    this.page.on("console", (message) => {
      // The browser also writes each page that answers 4xx on the console; those that are meant are checked where they happen.
      const about = message.location().url || "";
      if ((message.type() === "error" || message.type() === "warning") && !(about === this.page.url() && /status of 4/.test(message.text())))
        this.faults.push(`${this.page.url()}: ${message.text()}`);
    });
    this.page.on("response", (response) => {
      const request = response.request(), url = new URL(response.url());
      // What was answered, by its route; a search form without a question reads nothing.
      if (request.isNavigationRequest() && (response.status() < 400 || response.status() === 422) && !(url.pathname === "/find" && !url.search))
        this.requests.push(`${request.method()} ${pattern(url.pathname)}`);
      if (!request.isNavigationRequest() && response.status() >= 400)
        this.faults.push(`${response.url()} answered ${response.status()}`);
    });
    return this;
  }

  async goto(path) {
    return this.page.goto(path);
  }

  // Does something that leads to another page, and waits for it.
  async leads(act) {
    const [response] = await Promise.all([this.page.waitForNavigation({ waitUntil: "load" }), act()]);
    return response;
  }

  press(selector) {
    return this.leads(() => this.page.locator(selector).first().click());
  }

  follow(words) {
    return this.leads(() => this.page.getByRole("link", { name: words }).first().click());
  }

  async text(selector = "main") {
    return (await this.page.locator(selector).allInnerTexts()).join("\n");
  }

  async signIn(choice) {
    await this.goto("/sign-in");
    await this.look("sign in");
    await this.page.fill("#name", this.name);
    await this.page.fill("#password", this.story.password);
    await this.press("main button[type=submit]");
    if (new URL(this.page.url()).pathname === "/purpose") {
      await this.look("choose a purpose");
      await this.page.check(`input[value="${choice}"]`);
      await this.press("main button[type=submit]");
    }
    await this.look(`start page of ${this.name}`);
  }

  // Looks at the page as it stands, once for each name.
  async look(name) {
    if (this.story.plain || this.looked.has(name)) return;
    this.looked.add(name);
    const page = this.page;
    if (this.story.pictures) await page.screenshot({ path: `${this.story.pictures}/${name.replace(/\W+/g, "-")}.png`, fullPage: true });
    await page.evaluate(() => document.querySelectorAll("details:not([open])").forEach((d) => { d.open = true; d.dataset.mine = "1"; }));
    await page.evaluate(axe);
    const found = await page.evaluate(() => window.axe.run({ resultTypes: ["violations"] }));
    check(`axe finds nothing: ${name}`, !found.violations.length, found.violations.map((v) =>
      `${v.id}: ${v.help}\n` + v.nodes.slice(0, 4).map((n) => `  ${n.target.join(" ")}\n    ${n.failureSummary.replaceAll("\n", " ")}`).join("\n")).join("\n"));
    await page.setViewportSize({ width: 320, height: 700 });
    const wide = await page.evaluate(() => {
      const root = document.documentElement;
      if (root.scrollWidth <= root.clientWidth) return [];
      return [`the page is ${root.scrollWidth} wide`, ...[...document.querySelectorAll("body *")]
        .filter((e) => e.getBoundingClientRect().right > root.clientWidth + 1 && !e.closest(".staithe-scroll"))
        .slice(0, 6).map((e) => `${e.tagName} ${e.className} ${Math.round(e.getBoundingClientRect().right)} ${e.textContent.slice(0, 60)}`)];
    });
    check(`nothing scrolls sideways at 320 px: ${name}`, !wide.length, wide.join("\n"));
    if (this.story.pictures) await page.screenshot({ path: `${this.story.pictures}/${name.replace(/\W+/g, "-")}-320.png`, fullPage: true });
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.evaluate(() => document.querySelectorAll("details[data-mine]").forEach((d) => { d.open = false; delete d.dataset.mine; }));
  }

  // What each record of the view shows: ["GP list: Surname", …].
  shownFields() {
    return this.page.evaluate(() => [...document.querySelectorAll("article.staithe-record")].flatMap((record) => {
      const source = record.querySelector("h3 .staithe-quiet").firstChild.textContent.trim();
      return [...record.querySelectorAll("dl.staithe-facts dt")].map((dt) => `${source}: ${dt.textContent.trim()}`);
    }));
  }

  async close() {
    check(`nothing on the console of ${this.name}`, !this.faults.length, this.faults.join("\n"));
    await this.context.close();
  }
}
