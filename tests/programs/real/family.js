// Two children, one of them node again, which compute for it through pipes; one line for every ten rounds.
'use strict';
const { spawn } = require('child_process');
const fs = require('fs');
const path = require('path');
const readline = require('readline');

function work(x) {
    for (let i = 0; i < 3000; i++) {
        x = (Math.imul(x, 1103515245) + 12345) & 0x7fffffff;
    }
    return x;
}

if (process.argv[2] === 'worker') {
    readline.createInterface({ input: process.stdin }).on('line', (line) => process.stdout.write(work(Number(line)) + '\n'));
} else {
    family();
}

function start(command, words) {
    const child = spawn(command, words, { stdio: ['pipe', 'pipe', 'inherit'] });
    const answers = readline.createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    return { child, answers };
}

async function family() {
    const workers = [
        start(process.execPath, [__filename, 'worker']),
        start('/usr/bin/perl', [path.join(__dirname, 'worker.pl')]),
    ];
    let sum = 7;
    for (let round = 1; round <= 300; round++) {
        for (const { child } of workers) {
            let batch = '';
            for (let i = 0; i < 64; i++) {
                batch += ((sum + i * round) >>> 1) + '\n';
            }
            child.stdin.write(batch);
        }
        for (const { answers } of workers) {
            for (let i = 0; i < 64; i++) {
                sum = (Math.imul(sum, 31) + Number((await answers.next()).value)) >>> 0;
            }
        }
        if (round % 10 === 0) {
            fs.writeSync(1, `round ${round} ${sum}\n`);
        }
    }
    while (process.env.BLCR_TEST_DIR && !fs.existsSync(process.env.BLCR_TEST_DIR + '/judge')) {
        await new Promise((resolve) => setTimeout(resolve, 10));
    }
    for (const { child } of workers) {
        child.stdin.end();
        const code = await new Promise((resolve) => child.on('close', resolve));
        fs.writeSync(1, `ended ${code}\n`);
    }
}
