import { proveManyFaults } from './many-faults.js';

proveManyFaults('token');
