// The story of the county's money, told in a real browser; money.py makes the hub, starts this, and reads the journal afterwards.
import { readFileSync } from "node:fs";
import { Person, check, launch } from "./browser.mjs";

const story = JSON.parse(readFileSync(process.argv[2], "utf8"));
const browser = await launch(story.chromium);
const plan = "/plans/norfolk", savings = `${plan}/registers/savings`;

async function as(name, act, options) {
  const person = await new Person(name, story, options).open(browser);
  try {
    await act(person);
  } catch (fault) {
    check(`the part of ${name} is told to its end`, false, `${person.page.url()}\n${fault.stack}\n${(await person.text("body")).slice(0, 1500)}`);
  }
  await person.close();
}

async function officer(frank) {
  const page = frank.page;
  await frank.signIn("finance_officer/budget_planning");
  await frank.follow(/^Plans$/);
  await frank.look("plans");
  await frank.press(`main a[href="${plan}"]`);
  await frank.look("a plan");
  await frank.follow(/^1: Extended MTFS/);
  await frank.look("table 1");
  const gap = page.locator("tr", { hasText: "Forecast Gap" }).locator("td a").nth(1);
  check("table 1 prints the gap of 2025-26", /^44\.72[23]$/.test(await gap.innerText()), await gap.innerText());
  await frank.leads(() => gap.click());
  await frank.look("the gap of 2025-26");
  // Down to a source, step by step, as a person opens it.
  await page.locator(".staithe-node summary", { hasText: "Council tax changes, 2025-26" }).first().click();
  for (let i = 0; i < 12 && !(await page.locator(".staithe-node--leaf:visible", { hasText: "table 5" }).count()); i++)
    await page.locator(".staithe-node details:not([open]) > summary:visible, details.staithe-node:not([open]) > summary:visible").first().click();
  const leaf = page.locator(".staithe-node--leaf:visible", { hasText: "Cabinet, 8 May 2024" }).first();
  check("the gap opens down to a source, with its table, file and line", /table \d/.test(await leaf.innerText())
    && /\.(plan|csv), line \d+/.test(await leaf.innerText()), await frank.text());
  await frank.goto(`${plan}/figures?cell=band-d%402025-26`);
  await frank.look("a given");
  check("a given names who gave it", /Cabinet, 8 May 2024/.test(await frank.text("dl")), await frank.text("dl"));
  await page.fill("#figure", "4.99");
  await page.fill("#scenario", "Council tax at 4.99 per cent");
  await frank.press('main button:has-text("See what moves")');
  await frank.look("a scenario with its bridge");
  const moved = await frank.text("section[aria-labelledby=moved]");
  check("the bridge goes from the gap to the gap with 4.99%", /44\.72[23]/.test(moved) && /Band D/.test(moved) && /-15\.89/.test(moved) && /28\.83/.test(moved), moved);
  check("the bridge is drawn, and stands in a table", await page.locator("main svg").count() > 0);
  await frank.goto(plan);
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: /Workbook with live formulas/ }).click()]);
  const bytes = readFileSync(await download.path());
  check("the workbook is a workbook", bytes.length > 20000 && bytes[0] === 0x50 && bytes[1] === 0x4b && download.suggestedFilename() === "norfolk.xlsx", download.suggestedFilename());
  for (const [path, name] of [["pictures", "pictures of a plan"], ["checks", "checks of a plan"], ["registers/virements", "a register of virements"],
    ["versions", "versions of a plan"], ["changes", "what moved"], ["journal", "the journal of a plan"]]) {
    await frank.goto(`${plan}/${path}`);
    await frank.look(name);
  }
  await frank.goto(savings);
  await frank.follow(/^Add a row$/);
  await frank.look("a new saving");
  await page.fill("#id", "S-TEST-1");
  await page.fill("#title", "Fewer <b>buildings</b>");
  await page.selectOption("#line1-for1", { index: 1 });
  await page.getByLabel("2025-26").first().fill("-1.250");
  await page.selectOption("#state", "proposed");
  await page.selectOption("#eqia", "needed");
  await page.selectOption("#consultation", "needed");
  await page.fill("#owner", "Director of Infrastructure");
  await page.fill("#reason", "Agreed at the first look at buildings");
  await frank.press('main button:has-text("Add the row")');
  await frank.look("a saving");
  const added = await frank.text();
  check("the saving stands, as text, with who and why", added.includes("Fewer <b>buildings</b>") && added.includes("first look at buildings") && added.includes("-1.250"), added);
  check("what is missing for approval is said", /cannot be approved: its equality impact assessment \(EqIA\) is needed, not done/.test(added), added);
}

async function refused(dora) {
  await dora.signIn("finance_director/budget_planning");
  await dora.goto(`${savings}/S-TEST-1`);
  check("the director has no form to change a row", !(await dora.page.locator("#title").count()));
  await dora.page.fill("#approve-reason", "Cabinet, 7 October");
  const answer = await dora.leads(() => dora.page.getByRole("button", { name: "Approve it" }).click());
  await dora.look("an approval refused");
  check("without EqIA and consultation it is refused in one sentence", answer.status() === 422
    && /S-TEST-1 cannot be approved: .*EqIA.*public consultation/.test(await dora.text("[role=alert]")), await dora.text());
}

async function completes(frank) {
  const page = frank.page;
  await frank.signIn("finance_officer/budget_planning");
  await frank.goto(`${savings}/S-TEST-1`);
  await page.selectOption("#eqia", "done");
  await page.selectOption("#consultation", "done");
  await page.fill("#reason", "Both are done");
  await frank.press('main button:has-text("Save the change")');
  for (const round of ["1", "2"]) {
    await page.selectOption("#round", round);
    await page.fill("#words", `Heard in round ${round}`);
    await frank.press('main button:has-text("Record it")');
  }
  check("nothing stands in the way any more", /Nothing stands in the way/.test(await frank.text()), await frank.text());
}

async function director(dora) {
  const page = dora.page;
  await dora.signIn("finance_director/budget_planning");
  await dora.goto(`${savings}/S-TEST-1`);
  await page.fill("#approve-reason", "Cabinet, 7 October");
  await dora.press('main button:has-text("Approve it")');
  check("the saving is approved", /State\s+Approved/.test(await dora.text("dl")), await dora.text("dl"));
  await dora.goto(`${plan}/versions`);
  await page.fill("#name", "cabinet-october");
  await page.fill("#title", "For Cabinet in October");
  await page.fill("#reason", "Cabinet, 7 October, minute 7");
  await dora.press('main button:has-text("Approve and freeze")');
  await dora.look("a frozen version");
  check("the version stands, frozen, by whom and with its digest", /cabinet-october: approved by dora\.director/.test(await dora.text()) && /[0-9a-f]{64}/.test(await dora.text()), await dora.text());
  await dora.follow(/^For Cabinet in October$/);
  check("the version opens, and says that it is one", /Approved version: cabinet-october/.test(await dora.text()), await dora.text());
}

async function keyboard(frank) {
  const page = frank.page;
  const tabTo = async (fits, words) => {
    for (let i = 0; i < 150; i++) {
      await page.keyboard.press("Tab");
      if (await page.evaluate(fits)) return check(`by keyboard: ${words}, and the focus is seen`, await page.evaluate(() => {
        const style = getComputedStyle(document.activeElement);
        return style.outlineStyle !== "none" || style.boxShadow !== "none" || style.backgroundColor !== "rgba(0, 0, 0, 0)";
      }));
    }
    throw new Error(`the Tab key does not reach: ${words}`);
  };
  const enter = () => frank.leads(() => page.keyboard.press("Enter"));
  await frank.signIn("finance_officer/budget_planning");
  await frank.goto(`${plan}/tables/1`);
  await tabTo(`document.activeElement.closest("td")?.cellIndex === 2 && document.activeElement.closest("tr").textContent.includes("Council tax changes")`, "a figure of Table 1");
  await enter();
  await tabTo(`document.activeElement.matches("details.staithe-node details > summary")`, "what the figure is made from");
  await page.keyboard.press("Enter");
  check("by keyboard: it opens", await page.evaluate("document.activeElement.parentElement.open"));
  await tabTo(`document.activeElement.id === "figure"`, "the figure to try");
  await page.keyboard.type("-20");
  await tabTo(`document.activeElement.id === "scenario"`, "the scenario's name");
  await page.keyboard.type("By keyboard");
  await tabTo(`document.activeElement.textContent.trim() === "See what moves"`, "See what moves");
  await enter();
  check("by keyboard: the bridge is there", /What moves/.test(await frank.text()), await frank.text());
}

async function without(frank) {
  await frank.goto("/sign-in");
  await frank.page.fill("#name", "frank.finance");
  await frank.page.fill("#password", story.password);
  await frank.press("main button[type=submit]");
  await frank.goto(`${plan}/figures?cell=gap%402025-26`);
  await frank.page.locator(".staithe-node summary", { hasText: "Subtotal pressures" }).first().click();
  check("without JavaScript: a figure opens", await frank.page.locator(".staithe-node summary:visible, .staithe-node--leaf:visible").count() > 4);
  await frank.goto(`${savings}/S-TEST-1`);
  await frank.page.selectOption("#rag", "green");
  await frank.page.fill("#reason", "On track");
  await frank.press('main button:has-text("Save the change")');
  check("without JavaScript: a row is changed", /The row is written/.test(await frank.text()), await frank.text());
}

try {
  await as("frank.finance", officer);
  await as("dora.director", refused);
  await as("frank.finance", completes);
  await as("dora.director", director);
  if (!story.plain) {
    await as("frank.finance", keyboard);
    await as("frank.finance", without, { javaScriptEnabled: false });
  }
} finally {
  await browser.close();
}
