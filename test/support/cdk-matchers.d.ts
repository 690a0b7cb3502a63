/** The types of `Testing.setupJest()`'s matchers, which CDKTF declares in a file of their own. */
import 'cdktf/lib/testing/adapters/jest.js';
