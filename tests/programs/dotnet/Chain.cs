using System.Security.Cryptography;
using System.Text;
using Chain;

switch (args)
{
    case ["worker"]:
        Family.Work();
        return;
    case ["family", string folder]:
        Family.Run(folder);
        return;
}

// Tasks on the thread pool that hash and make garbage under tiered compilation; one line for each round.
for (int round = 1; round <= 100; round++)
{
    int now = round;
    string[] answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(index => Task.Run(() => Work(index, now))));
    Console.WriteLine($"round {round} {string.Join(' ', answers)}");
    await Task.Delay(1);
}

static string Work(int index, int round)
{
    byte[] link = [(byte)index, (byte)round];
    Dictionary<string, int> seen = [];
    for (int i = 0; i < 5000; i++)
    {
        link = SHA256.HashData(link);
        string key = Convert.ToHexString(link, 0, 2);
        seen[key] = seen.GetValueOrDefault(key) + link[2];
    }

    byte[] all = Encoding.ASCII.GetBytes(string.Concat(seen.OrderBy(pair => pair.Key).Select(pair => $"{pair.Key}{pair.Value}")));
    return Convert.ToHexString(link, 0, 4) + Convert.ToHexString(SHA256.HashData(all), 0, 4);
}
