// Two children, one of them this program again, which compute for it through pipes; one line for every ten rounds.
package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"
)

func work(x uint32) uint32 {
	for i := 0; i < 3000; i++ {
		x = (x*1103515245 + 12345) & 0x7fffffff
	}
	return x
}

type worker struct {
	command *exec.Cmd
	to      io.WriteCloser
	from    *bufio.Reader
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(98)
	}
}

func start(name string, words ...string) *worker {
	command := exec.Command(name, words...)
	command.Stderr = os.Stderr
	to, err := command.StdinPipe()
	must(err)
	from, err := command.StdoutPipe()
	must(err)
	must(command.Start())
	return &worker{command, to, bufio.NewReader(from)}
}

func main() {
	if os.Args[1] == "worker" {
		var x uint32
		for in := bufio.NewReader(os.Stdin); ; {
			if _, err := fmt.Fscan(in, &x); err != nil {
				return
			}
			fmt.Println(work(x))
		}
	}
	self, err := os.Executable()
	must(err)
	workers := []*worker{start(self, "worker"), start("/usr/bin/perl", os.Args[1]+"/worker.pl")}
	sum := uint32(7)
	for round := uint32(1); round <= 300; round++ {
		for _, each := range workers {
			for i := uint32(0); i < 64; i++ {
				_, err := fmt.Fprintln(each.to, (sum+i*round)>>1)
				must(err)
			}
		}
		for _, each := range workers {
			for i := 0; i < 64; i++ {
				var answer uint32
				_, err := fmt.Fscan(each.from, &answer)
				must(err)
				sum = sum*31 + answer
			}
		}
		if round%10 == 0 {
			fmt.Println("round", round, sum)
		}
	}
	for folder := os.Getenv("BLCR_TEST_DIR"); folder != ""; time.Sleep(10 * time.Millisecond) {
		if _, err := os.Stat(folder + "/judge"); err == nil {
			break
		}
	}
	for _, each := range workers {
		must(each.to.Close())
		fmt.Println("ended", each.command.Wait())
	}
}
