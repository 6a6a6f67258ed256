using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Blcr.BatchTests.Harness;

/// <summary>A computation whose every line depends on all the ones before, and which runs until a file tells it to end.</summary>
public static class Chain
{
    /// <summary>The program, for any directory with a file "finish" to be made.</summary>
    public const string Program = """
        #!/usr/bin/python3 -u
        import hashlib, os, time
        value, number = "", 0
        while not os.path.exists("finish"):
            number += 1
            value = hashlib.sha256((value + str(number)).encode()).hexdigest()
            print(number, value)
            time.sleep(0.02)
        print("end", number)

        """;

    /// <summary>What an uninterrupted run with as many steps would have printed.</summary>
    public static string Expected(string seen)
    {
        string[] lines = seen.TrimEnd('\n').Split('\n');
        StringBuilder text = new();
        string value = "";
        for (int number = 1; number < lines.Length; number++)
        {
            value = Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(value + number.ToString(CultureInfo.InvariantCulture))));
            text.Append(CultureInfo.InvariantCulture, $"{number} {value}\n");
        }

        return text.Append(CultureInfo.InvariantCulture, $"end {lines.Length - 1}\n").ToString();
    }
}
