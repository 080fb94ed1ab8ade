// signed-blob.js URL TEXT: makes the container "load" with the blob "b" at an emulator's endpoint, and prints the blob's
// URL with an account SAS ("Create an account SAS"), for loads that cannot sign.
const crypto = require('crypto');
const http = require('http');
const [url, text] = process.argv.slice(2);
const account = 'devstoreaccount1';
const key = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';  // published
const fields = {sv: '2023-11-03', ss: 'b', srt: 'sco', sp: 'rwc', se: new Date(Date.now() + 36e5).toISOString().slice(0, 19) + 'Z'};
const toSign = [account, fields.sp, fields.ss, fields.srt, '', fields.se, '', '', fields.sv, '', ''].join('\n');
fields.sig = crypto.createHmac('sha256', Buffer.from(key, 'base64')).update(toSign).digest('base64');
const sas = new URLSearchParams(fields).toString();
const put = (target, headers, body) => new Promise((resolve, reject) => {
  const request = http.request(url + target, {method: 'PUT', headers: {...headers, 'Content-Length': body.length}}, answer => {
    answer.resume().on('end', () => answer.statusCode < 300 ? resolve() : reject(new Error(`${target}: ${answer.statusCode}`)));
  });
  request.on('error', reject).end(body);
});
put(`/load?restype=container&${sas}`, {}, '')
  .then(() => put(`/load/b?${sas}`, {'x-ms-blob-type': 'BlockBlob'}, text))
  .then(() => console.log(`${url}/load/b?${sas}`))
  .catch(error => { console.error(error.message); process.exit(1); });
