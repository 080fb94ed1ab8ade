// Chromium's developer tools without a window: their own HAR importer and writer, driven over the debugging pipe.
//   node chromium.js import FILE        what the importer makes of FILE, one JSON line for each request
//   node chromium.js record FILE URL    visits the page and writes what was on the network to FILE, as "Save all as HAR" does
// BLOBGAUGE_CHROMIUM is the browser. Its modules are those of the front end that is part of it (devtools://devtools/bundled).
'use strict';
const {spawn} = require('child_process');
const fs = require('fs');
const os = require('os');
const path = require('path');

class Browser {
  constructor(folder) {
    // A sandbox needs a user of its own, which a test run by root has not; only local pages are visited.
    const sandbox = process.getuid() === 0 ? ['--no-sandbox'] : [];
    this.process = spawn(process.env.BLOBGAUGE_CHROMIUM, [
      '--headless=new', ...sandbox, '--disable-gpu', '--no-first-run', '--disable-background-networking',
      '--no-proxy-server', '--user-data-dir=' + folder, '--remote-debugging-pipe', '--remote-debugging-port=0',
      '--remote-allow-origins=*', 'about:blank'], {stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe']});
    this.waiting = new Map();
    this.listeners = [];
    this.count = 0;
    let text = '';
    this.process.stdio[4].on('data', piece => {
      text += piece;
      for (let end; (end = text.indexOf('\0')) >= 0; text = text.slice(end + 1)) this.got(JSON.parse(text.slice(0, end)));
    });
    this.port = new Promise((found, failed) => {
      let said = '';
      this.process.stderr.on('data', piece => {
        said += piece;
        const match = /ws:\/\/127\.0\.0\.1:(\d+)\//.exec(said);
        if (match) found(match[1]);
      });
      this.process.on('exit', () => failed(new Error('Chromium ended: ' + said)));
    });
  }
  got(message) {
    if (message.id) {
      const [done, failed] = this.waiting.get(message.id);
      this.waiting.delete(message.id);
      if (message.error) failed(new Error(message.error.message));
      else done(message.result);
    } else {
      this.listeners = this.listeners.filter(listener => !listener(message));
    }
  }
  call(method, params, sessionId) {
    return new Promise((done, failed) => {
      this.waiting.set(++this.count, [done, failed]);
      this.process.stdio[3].write(JSON.stringify({id: this.count, method, params, sessionId}) + '\0');
    });
  }
  // The next event of that name in a session.
  event(method, sessionId) {
    return new Promise(done => this.listeners.push(message => {
      const fits = message.method === method && message.sessionId === sessionId;
      if (fits) done(message.params);
      return fits;
    }));
  }
  async open(url) {
    const {targetId} = await this.call('Target.createTarget', {url});
    const {sessionId} = await this.call('Target.attachToTarget', {targetId, flatten: true});
    // What is evaluated in the empty document before it is lost with it.
    const there = `location.href === ${JSON.stringify(url)} && document.readyState === 'complete'`;
    while (!await this.evaluate(sessionId, there).catch(() => false)) await new Promise(done => setTimeout(done, 50));
    return {targetId, sessionId};
  }
  async evaluate(sessionId, expression) {
    const {result, exceptionDetails} =
        await this.call('Runtime.evaluate', {expression, awaitPromise: true, returnByValue: true}, sessionId);
    if (exceptionDetails) throw new Error(exceptionDetails.exception.description);
    return result.value;
  }
  async close() {
    const ended = new Promise(done => this.process.on('exit', done));
    this.process.kill();
    await ended;
  }
}

const frontEnd = 'devtools://devtools/bundled/';
const load = name => `import('${frontEnd}models/${name}/${name}.js')`;

async function importFile(browser, file) {
  await browser.port;
  const {sessionId} = await browser.open(frontEnd + 'devtools_app.html');
  const requests = await browser.evaluate(sessionId, `(async () => {
    const har = await ${load('har')};
    const root = new har.HARFormat.HARRoot(JSON.parse(${JSON.stringify(fs.readFileSync(file, 'utf8'))}));
    return har.Importer.Importer.requestsFromHARLog(root.log).map(request => ({
      method: request.requestMethod, url: request.url(), status: request.statusCode,
      requestHeaders: request.requestHeaders().map(header => header.name),
      responseHeaders: request.responseHeaders.map(header => header.name),
      size: request.resourceSize, started: request.issueTime(), seconds: request.duration}));
  })()`);
  for (const request of requests) console.log(JSON.stringify(request));
}

// A front end that looks at a page. Now and then one never gets hold of its page; then another is opened.
async function tools(browser, page) {
  for (let left = 5; left > 0; --left) {
    const {targetId, sessionId} = await browser.open(
        `${frontEnd}devtools_app.html?ws=127.0.0.1:${await browser.port}/devtools/page/${page.targetId}`);
    const attached = browser.evaluate(sessionId, `(async () => {
      const logs = await ${load('logs')};
      const sdk = await import('${frontEnd}core/sdk/sdk.js');
      const targets = sdk.TargetManager.TargetManager.instance();
      while (!targets.primaryPageTarget()) await new Promise(done => setTimeout(done, 20));
      await targets.primaryPageTarget().networkAgent().invoke_enable({});  // answered after its own
      window.log = logs.NetworkLog.NetworkLog.instance();
      return true;
    })()`);
    let timer;
    const late = new Promise(done => { timer = setTimeout(done, 15000, false); });
    const there = await Promise.race([attached.catch(() => false), late]);
    clearTimeout(timer);
    if (there) return sessionId;
    await browser.call('Target.closeTarget', {targetId});
  }
  throw new Error('no front end gets hold of the page');
}

async function record(browser, file, url) {
  const page = await browser.open('about:blank');
  const sessionId = await tools(browser, page);
  await browser.call('Page.enable', {}, page.sessionId);
  const loaded = browser.event('Page.loadEventFired', page.sessionId);
  await browser.call('Page.navigate', {url}, page.sessionId);
  await loaded;
  const text = await browser.evaluate(sessionId, `(async () => {
    const har = await ${load('har')};
    while (!log.requests().every(request => request.finished)) await new Promise(done => setTimeout(done, 20));
    let out = '';
    const progress = {setTotalWork() {}, setWorked() {}, incrementWorked() {}, setTitle() {}, isCanceled: () => false,
                      done() {}, createSubProgress: () => progress, canceled: false, worked: 0, totalWork: 0};
    await har.Writer.Writer.write({write: async piece => { out += piece; }}, log.requests(), {sanitize: false}, progress);
    return out;
  })()`);
  fs.writeFileSync(file, text);
}

async function main() {
  const [what, file, url] = process.argv.slice(2);
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'blobgauge-chromium-'));
  const browser = new Browser(folder);
  try {
    await (what === 'import' ? importFile(browser, file) : record(browser, file, url));
  } finally {
    await browser.close();
    fs.rmSync(folder, {recursive: true, force: true});
  }
}

main().catch(error => {
  console.error(String(error.stack));
  process.exit(1);
});
