// node validate.js FILE: against the schema of har-validator, which stands in BLOBGAUGE_HAR_VALIDATOR/node_modules.
'use strict';
const validator = require(process.env.BLOBGAUGE_HAR_VALIDATOR + '/node_modules/har-validator');
validator.har(JSON.parse(require('fs').readFileSync(process.argv[2], 'utf8'))).then(() => {}, error => {
  console.error(JSON.stringify(error.errors, null, 1));
  process.exit(1);
});
