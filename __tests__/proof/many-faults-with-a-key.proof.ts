import { proveManyFaults } from './many-faults.js';

proveManyFaults('API key');
