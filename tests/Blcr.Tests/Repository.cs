namespace Blcr.Tests;

/// <summary>Where the things under test are: what <c>make</c> put into <c>out/</c>.</summary>
public static class Repository
{
    /// <summary>The top folder of the repository this test program was built in.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>One of our commands, as a user runs it: <c>out/bin/cr_run</c> and so on.</summary>
    public static string Command(string name) => Built("bin", name);

    /// <summary>A C program of <c>tests/programs</c> that plays the application.</summary>
    public static string TestProgram(string name) => Built("tests", name);

    private static string Built(string folder, string name)
    {
        string path = Path.Combine(Root, "out", folder, name);
        return File.Exists(path)
            ? path
            : throw new FileNotFoundException($"{path} is not there: run `make test`, or `make` and `make programs`, first.");
    }

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "blcr.slnx")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException($"no blcr.slnx in any folder above {AppContext.BaseDirectory}");
    }
}
