import { proveManyFaults } from './many-faults/prove.js';

proveManyFaults('token');
