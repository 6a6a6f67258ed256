// A Go program that plays the application (application.h): goroutines on several threads, a heap that is
// collected all the time, timers, channels and a mutex; every goroutine checks its chain of hashes.
package main

import (
	"crypto/sha256"
	"fmt"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

const goroutines = 32

var (
	folder   = os.Getenv("BLCR_TEST_DIR")
	started  = time.Now()
	stop     int32
	rounds   int64
	failures []string
	mutex    sync.Mutex
)

func judged() bool {
	if folder == "" {
		return time.Since(started) > 200*time.Millisecond
	}
	_, err := os.Stat(folder + "/judge")
	return err == nil
}

func fail(format string, arguments ...interface{}) {
	mutex.Lock()
	defer mutex.Unlock()
	failures = append(failures, fmt.Sprintf(format, arguments...))
}

// Each round makes garbage, so that the collector and its signals are busy, and sleeps.
func chain(index int, pings <-chan int, pongs chan<- int) {
	link := sha256.Sum256([]byte{byte(index)})
	for round := 0; atomic.LoadInt32(&stop) == 0; round++ {
		words := make([][]byte, 50)
		for i := range words {
			words[i] = append([]byte(nil), link[:]...)
			link = sha256.Sum256(link[:])
		}
		again := sha256.Sum256(words[49])
		if again != link {
			fail("goroutine %d, round %d: expected %x, seen %x", index, round, again, link)
		}
		atomic.AddInt64(&rounds, 1)
		start := time.Now()
		select {
		case ping := <-pings:
			pongs <- ping + 1
		case <-time.After(3 * time.Millisecond):
			if time.Since(start) < 3*time.Millisecond {
				fail("goroutine %d: a timer went off early", index)
			}
		}
	}
}

func main() {
	runtime.GOMAXPROCS(4)
	pings, pongs := make(chan int), make(chan int)
	var all sync.WaitGroup
	for i := 0; i < goroutines; i++ {
		all.Add(1)
		go func(index int) { defer all.Done(); chain(index, pings, pongs) }(i)
	}
	if folder != "" {
		if err := os.WriteFile(folder+"/ready", nil, 0666); err != nil {
			panic(err)
		}
	}
	for n := 0; !judged(); n++ {
		pings <- n
		if pong := <-pongs; pong != n+1 {
			fail("pong: expected %d, seen %d", n+1, pong)
		}
		if n%20 == 0 {
			runtime.GC()
		}
		time.Sleep(2 * time.Millisecond)
	}
	atomic.StoreInt32(&stop, 1)
	all.Wait()

	verdict, status := "survived\n", 0
	if len(failures) > 0 || atomic.LoadInt64(&rounds) < goroutines {
		verdict, status = fmt.Sprintln(rounds, failures), 1
	}
	if folder == "" {
		fmt.Print(verdict)
	} else if err := os.WriteFile(folder+"/verdict", []byte(verdict), 0666); err != nil {
		panic(err)
	}
	os.Exit(status)
}
