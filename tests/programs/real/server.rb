# A forking server on a Unix socket and three clients, who ask it for every step of a computation.
require 'socket'

CLIENTS = 3
ROUNDS = 200
PATH = "#{ENV['BLCR_TEST_DIR']}/server.sock"
$stdout.sync = true

def step(value)
  2000.times { value = (value * 1103515245 + 12345) % 2147483648 }
  value
end

listener = UNIXServer.new(PATH)
server = fork do
  loop do
    client = listener.accept
    Process.detach(fork do
      while (line = client.gets)
        client.puts step(line.to_i)
      end
    end)
    client.close
  end
end

results = (1..CLIENTS).map do |number|
  ours, theirs = UNIXSocket.pair
  fork do
    ours.close
    value = number
    (1..ROUNDS).each do |round|
      UNIXSocket.open(PATH) do |socket|
        3.times do
          socket.puts value
          value = socket.gets.to_i
        end
      end
      puts "round #{round}" if number == 1 && (round % 20).zero?
    end
    theirs.puts value
  end
  theirs.close
  ours
end
sleep 0.05 until File.exist?("#{ENV['BLCR_TEST_DIR']}/finish") # not before the test has seen us
results.each { |result| puts "result #{result.gets}" }
Process.kill(:KILL, server)
Process.waitall
File.unlink(PATH)
