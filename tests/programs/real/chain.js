// JIT-compiled arithmetic, garbage, promises and timers; one line for each round.
'use strict';
const fs = require('fs');
const { createHash } = require('crypto');

let state = 123456789;
const next = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
};

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

async function main() {
    const table = new Map();
    for (let round = 1; round <= 150; round++) {
        let sum = 0;
        for (let i = 0; i < 4500000; i++) {
            sum = (sum + next() % 1000) % 1000003;
            if (i % 1500 === 0) {
                table.set('key' + (next() % 5000), { round, text: 'x'.repeat(next() % 50) });
            }
        }
        const all = createHash('sha256');
        for (const key of [...table.keys()].sort()) {
            all.update(key + table.get(key).round + table.get(key).text);
        }
        fs.writeSync(1, `round ${round} ${sum} ${all.digest('hex').slice(0, 16)}\n`);
        await pause(2);
    }
}

main();
