import * as glance from './glance.js';
import * as lookup from './lookup.js';

lookup.begin();
glance.begin();
