/**
 * What is done while the large script is on its way: the first questions are sent, and then what takes the browser long
 * the first time. The first number format of a page takes 30 ms, in which it looks through all languages it knows.
 */
import './early.js';
import './intl.js';
