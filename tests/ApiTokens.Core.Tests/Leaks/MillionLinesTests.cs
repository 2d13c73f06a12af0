using System.Globalization;
using ApiTokens.Core.Tests.Support;
using ApiTokens.Leaks;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Leaks;

/// <summary>Runs while no other test does, because the memory of the whole process is measured.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class MemoryTests
{
    public const string Name = "Memory";
}

[Collection(MemoryTests.Name)]
public sealed class MillionLinesTests(SandboxFixture sandbox) : IClassFixture<SandboxFixture>
{
    private const long Megabyte = 1024 * 1024;

    [Theory]
    [InlineData("{0:x32}", 0)]
    [InlineData("word-{0:x8}", 1_000_000)]
    public async Task Search_MillionLines_TakesLessThan100Megabytes(string line, int rejected)
    {
        TokenConnection connection = await sandbox.ConnectAsync("Devo");
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllLines(path, Enumerable.Range(1, 1_000_000).Select(i => string.Format(CultureInfo.InvariantCulture, line, i)));
            long before = GC.GetTotalMemory(forceFullCollection: true);
            long most = before;
            using var search = new SecretSearch([connection]);
            int count = 0;
            int errors = 0;
            foreach (LeakedSecret secret in LeakFile.Read(path))
            {
                errors += search.Add(secret) is null ? 0 : 1;
                secret.Secret.Dispose();
                if (++count % 59_000 == 0)
                {
                    most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: true));
                }

                if (search.IsFull)
                {
                    await RunAsync(search);
                }
            }

            await RunAsync(search);
            Assert.Equal((1_000_000, rejected), (count, errors));
            Assert.InRange((most - before) / Megabyte, 0, 100);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static async Task RunAsync(SecretSearch search)
    {
        await foreach (SearchEvent step in search.RunAsync(default))
        {
            // The numbers have all ends, so they match the tokens whose secrets are masked.
            Assert.NotEqual(true, step.Found?.IsProven);
        }

        search.TakeUnattributed();
    }
}
