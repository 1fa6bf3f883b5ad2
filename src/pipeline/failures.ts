/** Every cause of failure of the whole way through, for those who read its types alone: each room has declared its own. */
import '../source/failures.js';
import '../checkpoint/failures.js';
import '../input/failures.js';
import '../model/failures.js';
import '../plan/failures.js';
import '../quantize/failures.js';
import '../image/failures.js';
import '../device/failures.js';
