import { expect, test } from '@jest/globals';
import { faultOf } from '../../src/text/system-error.js';

test.each([
  { code: 'EACCES', fault: { reason: 'permission denied' } },
  { code: 'EXDEV', fault: { reason: 'EXDEV' } },
  { code: 'constructor', fault: { reason: 'constructor' } },
  { code: '__proto__', fault: { reason: '__proto__' } },
  { code: undefined, fault: { reason: 'unknown reason' } },
])('the fault behind the code $code is known, or named by its code', ({ code, fault }) => {
  expect(faultOf({ code })).toEqual(fault);
});
