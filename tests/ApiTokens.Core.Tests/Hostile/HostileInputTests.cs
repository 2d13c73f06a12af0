using System.Text;
using ApiTokens.Core.Tests.Conformance;
using ApiTokens.Core.Tests.Operations;
using ApiTokens.Core.Tests.Support;
using ApiTokens.Journal;
using ApiTokens.Leaks;
using ApiTokens.PowerShell.Display;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Hostile;

/// <summary>Hostile input from users and files: it is rejected by name before any request, or passed on unchanged.</summary>
public sealed class HostileInputTests(SandboxFixture sandbox) : IClassFixture<SandboxFixture>
{
    // Fragments with a special meaning in a shell, path, query, pattern, JSON, CSV, SQL, HTML or terminal.
    private static readonly string[] Fragments =
    [
        "a", "B", "é", "e\u0301", "ß", "İ", "ı", "Ω", "漢", "😀", "👩\u200D👩", "\uFEFF", "\u202E", "\u2066", "\u200B", "\u2028", "\u00A0",
        " ", "  ",
        "*", "?", "[", "]", "[a-z]", "[!x]", "`", "``", "`*", "{a,b}", "(x)", "+(a)", "!", "\\", "/", "//", "../", "..", ".", "%2f", "%00",
        "%", "&", "=", "#", "+", ";", ",", "|",
        "'", "\"", "’", "”", "$", "$(x)", "${x}", "@", "~", "^", "<b>", "&amp;", "-", "--", "-Force", "null", "true", "0", "42", "7001",
        "NaN", "_", ":", "1e3", "at_0123456789abcdefghij", "5e00000000000000000000ff",
    ];

    private static readonly string[] NotPrintable =
    [
        "\r\n", "\n", "\t", "\0", "\u001B[2J", "\a", "\u0085", "\u007F", "\uD800", "\uDC00x", "x\uD83D",
    ];

    public static TheoryData<string> Services => ["Devo", "Wegnology", "Gcore", "ApplicationUsers"];

    [Theory]
    [MemberData(nameof(Services))]
    public async Task Token_UnusualName_KeepsNameWhenListedRenamedAndRemoved(string service)
    {
        TokenConnection connection = await sandbox.ConnectAsync(service);

        // Limit the cases: some services keep removed tokens, and each case lists all of them.
        Seeds.ForEach(
            quick: 60,
            seed => RoundTripAsync(connection, RandomName(new Random(seed)), RandomName(new Random(-seed))).GetAwaiter().GetResult(),
            most: 1000);
    }

    [Theory]
    [MemberData(nameof(Services))]
    public async Task Name_NotPrintableOrTooLong_ThrowsWithoutRequest(string service)
    {
        TokenConnection connection = await sandbox.ConnectAsync(service);
        ApiToken existing = await connection.Tokens.CreateAsync(Request(connection, "plain"), default);
        IEnumerable<string> names = NotPrintable
            .SelectMany(fragment => new[] { fragment, $"a{fragment}", $"{fragment}b", $"a{fragment}b" })
            .Append(new string('n', 32 * 1024));
        foreach (string name in names)
        {
            ApiTokenException error = await sandbox.AssertFailsWithoutRequestAsync(
                () => connection.Tokens.CreateAsync(Request(connection, name), default));
            Assert.Equal(("InvalidName", ErrorKind.InvalidArgument), (error.ErrorId, error.Kind));
            if (connection.Capabilities.Rename)
            {
                error = await sandbox.AssertFailsWithoutRequestAsync(() => connection.Tokens.RenameAsync(existing.Id, name, default));
                Assert.Equal("InvalidNewName", error.ErrorId);
            }
        }
    }

    [Theory]
    [InlineData("Devo", "٤٢")]
    [InlineData("Devo", "+42")]
    [InlineData("Devo", " 42")]
    [InlineData("Devo", "4.2")]
    [InlineData("Gcore", "٤٢")]
    [InlineData("Gcore", "-1")]
    [InlineData("Gcore", "99999999999999999999")]
    [InlineData("Wegnology", "٠٠٠٠٠٠٠٠٠٠٠٠٠٠٠٠٠٠٠٠٠٠٠٠")]
    [InlineData("Wegnology", "5e00000000000000000000f٣")]
    [InlineData("ApplicationUsers", "at_0123456789abcdefghi٣")]
    [InlineData("ApplicationUsers", "AT_0123456789ABCDEFGHIJ")]
    public async Task IsId_NonAsciiDigitsOrInvalidFormat_IsFalse(string service, string id)
    {
        TokenConnection connection = await sandbox.ConnectAsync(service);

        Assert.False(connection.Tokens.IsId(id));
    }

    [Theory]
    [MemberData(nameof(Services))]
    public async Task Id_Invalid_ThrowsWithoutRequest(string service)
    {
        TokenConnection connection = await sandbox.ConnectAsync(service);
        string[] ids =
        [
            "", " ", ".", "..", "../1", "1/../2", "%2e%2e", "1%2f2", "1?x=1", "1#", "1;rm", "1\r\nX: y", "1\0", "\u202E1", "*", "1\n",
            new string('1', 32 * 1024),
        ];
        foreach (string id in ids)
        {
            Assert.Equal(
                "InvalidId", (await sandbox.AssertFailsWithoutRequestAsync(() => connection.Tokens.GetAsync(id, default))).ErrorId);
            Assert.Equal(
                "InvalidId", (await sandbox.AssertFailsWithoutRequestAsync(() => connection.Tokens.RemoveAsync(id, default))).ErrorId);
        }
    }

    [Theory]
    [InlineData("application/٠٠٠٠٠٠٠٠٠٠٠٠٠٠٠٠٠٠٠٠٠٠٠٠")]
    [InlineData("applıcation/575ec8687ae143cd83dc4a97")]
    [InlineData("application/../../me")]
    [InlineData("application/575ec8687ae143cd83dc4a97\n")]
    [InlineData("application%2f575ec8687ae143cd83dc4a97")]
    public async Task Account_InvalidWegnologyAccount_ThrowsWithoutRequest(string account) =>
        Assert.Equal(
            "InvalidAccount", (await sandbox.AssertFailsWithoutRequestAsync(() => sandbox.ConnectAsync("Wegnology", account))).ErrorId);

    [Theory]
    [InlineData("..")]
    [InlineData(".")]
    public async Task UserOrAccount_DotSegment_ThrowsWithoutRequest(string segment)
    {
        TokenConnection connection = await sandbox.ConnectAsync("ApplicationUsers");

        await sandbox.AssertFailsWithoutRequestAsync(() => connection.Tokens.RemoveAllAsync(segment, default));
        await sandbox.AssertFailsWithoutRequestAsync(() => sandbox.ConnectAsync("ApplicationUsers", segment));
    }

    [Theory]
    [InlineData("../asmith")]
    [InlineData("asmith/tokens")]
    [InlineData("asmith?x=y")]
    [InlineData("asmith#")]
    [InlineData("%2e%2e")]
    [InlineData("asmith\0")]
    [InlineData("a\\..\\asmith")]
    public async Task User_PathCharacters_DoNotChangePath(string user)
    {
        TokenConnection connection = await sandbox.ConnectAsync("ApplicationUsers");
        int before = (await connection.Tokens.ListAsync()).Count;

        try
        {
            await connection.Tokens.RemoveAllAsync(user, default);
        }
        catch (ApiTokenException e)
        {
            Assert.Contains(e.Kind, new[] { ErrorKind.ObjectNotFound, ErrorKind.InvalidArgument, ErrorKind.InvalidData });
        }

        Assert.Equal(before, (await connection.Tokens.ListAsync()).Count);
    }

    private static readonly Dictionary<string, byte[]> Contents = new()
    {
        { "a UTF-8 byte order mark", [0xEF, 0xBB, 0xBF, .. Header("Remove")] },
        { "UTF-16", [0xFF, 0xFE, .. Encoding.Unicode.GetBytes(Encoding.UTF8.GetString(Header("Remove")))] },
        { "a second header of another operation", [.. Header("Remove"), .. Header("New"), .. "x\n"u8] },
        {
            "accounts of the wrong type",
            [.. """{"time":"2026-01-01T00:00:00Z","event":"journal","operation":"Remove","accounts":"Devo acme"}"""u8, .. "\n"u8]
        },
        { "null accounts", [.. """{"time":"2026-01-01T00:00:00Z","event":"journal","operation":"Remove","accounts":null}"""u8, .. "\n"u8] },
        { "a time of the wrong type", [.. Header("Remove"), .. """{"time":7,"event":"start"}"""u8, .. "\n"u8] },
        { "a number instead of an id", [.. Header("Remove"), .. """{"time":"2026-01-01T00:00:00Z","event":"end","id":1}"""u8, .. "\n"u8] },
        {
            "an unknown old token action",
            [.. Header("Remove"), .. """{"time":"2026-01-01T00:00:00Z","event":"due","predecessor":"Explode"}"""u8, .. "\n"u8]
        },
        { "deeply nested arrays", [.. Header("Remove"), .. Encoding.UTF8.GetBytes(new string('[', 100_000)), .. "\n"u8] },
        { "zeros, as after a power failure", [.. Header("Remove"), .. new byte[4096], .. "\n"u8] },
        {
            "a complete line that is too long",
            [
                .. Header("Remove"),
                .. Encoding.UTF8.GetBytes($$"""{"time":"2026-01-01T00:00:00Z","event":"end","name":"{{new string('n', 2_000_000)}}"}"""),
                .. "\n"u8,
            ]
        },
    };

    // By name: the test runner serializes theory data, and these contents are too large for it.
    public static TheoryData<string> Journals => [.. Contents.Keys];

    [Theory]
    [MemberData(nameof(Journals))]
    public async Task Open_InvalidJournal_ThrowsWithPathAndKeepsFile(string kind)
    {
        byte[] content = Contents[kind];
        using var file = new JournalFile();
        TokenConnection connection = await sandbox.ConnectAsync("Devo");
        File.WriteAllBytes(file.Path, content);

        var error = Assert.Throws<ApiTokenException>(() => file.Open("Remove", connection).Dispose());

        Assert.True(error.ErrorId == ErrorIds.JournalMismatch, $"{kind}: {error.ErrorId}");
        Assert.Contains("-JournalPath", CommandText.Message(error));
        Assert.Equal(content, File.ReadAllBytes(file.Path));
    }

    [Theory]
    [InlineData("/dev/zero")]
    [InlineData("/dev/full")]
    public async Task Open_EndlessDevice_Throws(string device)
    {
        if (!File.Exists(device))
        {
            return;
        }

        TokenConnection connection = await sandbox.ConnectAsync("Devo");

        var error = await Assert.ThrowsAsync<ApiTokenException>(
            () => Task.Run(() => JournalWriter.Open(device, "Remove", [connection.AccountIdentity], TimeProvider.System).Dispose())
                .WaitAsync(TimeSpan.FromSeconds(20)));

        Assert.StartsWith("Journal", error.ErrorId);
    }

    [Fact]
    public async Task Open_JournalTruncatedAnywhere_ResumesOnlyCompleteLines()
    {
        using var file = new JournalFile();
        TokenConnection connection = await sandbox.ConnectAsync("Devo");
        var operations = Enumerable.Range(1, 3)
            .Select(i => new TestOperation(connection, $"{i}", "n\"\\\u202E😀", $"{i}", _ => Task.CompletedTask))
            .ToArray();
        await file.RunAsync("Remove", operations);
        byte[] complete = File.ReadAllBytes(file.Path);
        Seeds.ForEach(quick: 150, seed =>
        {
            int length = new Random(seed).Next(complete.Length + 1);
            File.WriteAllBytes(file.Path, complete[..length]);
            using JournalWriter journal = file.Open("Remove", connection);
            int end = Array.LastIndexOf(complete, (byte)'\n', Math.Max(0, length - 1), length) + 1;
            int ends = Encoding.UTF8.GetString(complete[..end]).Split("\"done\"").Length - 1;
            Assert.Equal(
                ends,
                operations.Count(operation => journal.ResumeState.ProgressOf(operation.KeyIn(journal)).Stage == JournalStage.Done));
        });
    }

    [Fact]
    public async Task Open_JournalWithChangedByte_IsReadOrRejected()
    {
        using var file = new JournalFile();
        TokenConnection connection = await sandbox.ConnectAsync("Devo");
        await file.RunAsync("Remove", new TestOperation(connection, "1", "x", "1", _ => Task.CompletedTask));
        byte[] original = File.ReadAllBytes(file.Path);
        Seeds.ForEach(quick: 300, seed =>
        {
            var random = new Random(seed);
            byte[] changed = [.. original];
            changed[random.Next(changed.Length)] = (byte)random.Next(256);
            File.WriteAllBytes(file.Path, changed);
            try
            {
                file.Open("Remove", connection).Dispose();
            }
            catch (ApiTokenException e)
            {
                Assert.Equal(ErrorIds.JournalMismatch, e.ErrorId);
            }
        });
    }

    [Theory]
    [InlineData("start")]
    [InlineData("issued")]
    [InlineData("delivered")]
    public async Task Journal_DiskFull_StopsRequestsAndKeepsSecret(string failedLine)
    {
        TokenConnection connection = await sandbox.ConnectAsync("Devo");
        var disk = new FullDisk();
        JournalWriter journal = JournalWriter.Open(disk, "journal.jsonl", "New", [connection.AccountIdentity], TimeProvider.System);
        bool created = false;
        disk.Lines = failedLine switch { "start" => 0, "issued" => 1, _ => 2 };
        RunResult run = await RunResult.RunAsync(journal, new TestOperation(connection, "f", "x", "x", async context =>
        {
            IssuedToken issued = await connection.Tokens.CreateAsync(Request(connection, "full disk"), context.CancellationToken);
            created = true;
            await context.DeliverAsync(issued);
        }));

        Assert.Equal(ErrorIds.JournalNotWritten, Assert.IsType<ApiTokenException>(run.Error).ErrorId);
        Assert.Equal(failedLine != "start", created);
        Assert.Equal(created ? 1 : 0, run.Outputs.OfType<IssuedToken>().Count());
        Assert.Equal(created, run.Error.Message.Contains("delivered", StringComparison.Ordinal));

        // No partial line remains between others, even when there is free space again.
        Assert.All(
            JournalFile.Parse(Encoding.UTF8.GetString(disk.ToArray())), line => Assert.NotNull(line.GetProperty("event").GetString()));
    }

    [Theory]
    [InlineData("binary")]
    [InlineData("zeros")]
    [InlineData("one line of 30 MB")]
    public void LeakFile_NotTextOrOneLine_TakesBoundedMemory(string kind)
    {
        string path = Path.GetTempFileName();
        try
        {
            using (FileStream file = File.OpenWrite(path))
            {
                byte[] block = new byte[1024 * 1024];
                int blocks = kind == "one line of 30 MB" ? 30 : 1;
                for (int i = 0; i < blocks; i++)
                {
                    if (kind == "binary")
                    {
                        new Random(1).NextBytes(block);
                    }
                    else if (kind != "zeros")
                    {
                        Array.Fill(block, (byte)'x');
                    }

                    file.Write(block);
                }
            }

            long before = GC.GetAllocatedBytesForCurrentThread();
            if (kind == "one line of 30 MB")
            {
                // A line that is longer than any secret is not one, and does not end the search.
                Assert.Empty(LeakFile.Read(path));
            }
            else
            {
                Assert.Equal("InvalidPath", Assert.Throws<ApiTokenException>(() => LeakFile.Read(path).Count()).ErrorId);
            }

            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 250_000_000);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    [InlineData("utf-8")]
    [InlineData("utf-32")]
    public void LeakFile_AnyTextEncoding_FindsSecret(string encoding)
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, "first\r\nkey = \"0f1e2d3c4b5a69788796a5b4c3d2e1f0\"\u2028\r\n", Encoding.GetEncoding(encoding));

            Assert.Contains(
                LeakFile.Read(path),
                found => SecretText.ToPlainText(found.Secret) == "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
                    && found.Source.EndsWith(":2", StringComparison.Ordinal));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory]
    [InlineData("ci", "ci")]
    [InlineData("42", "42")]
    [InlineData("5e00000000000000000000ff", "5e00000000000000000000ff")]
    [InlineData("at_0123456789abcdefghij", "at_0123456789abcdefghij")]
    [InlineData("", "''")]
    [InlineData("42; rm -rf ~", "'42; rm -rf ~'")]
    [InlineData("it's", "'it''s'")]
    [InlineData("a’; rm ~ #", "'a’’; rm ~ #'")]
    [InlineData("$(Remove-Item ~)", "'$(Remove-Item ~)'")]
    [InlineData("-Force", "'-Force'")]
    [InlineData("a\nb", "'a\uFFFDb'")]
    [InlineData("a\u001B[2Jb", "'a\uFFFD[2Jb'")]
    [InlineData("٤٢", "'٤٢'")]
    public void CommandArgument_AnyText_IsQuotedAsOneArgument(string text, string expected) =>
        Assert.Equal(expected, CommandText.Argument(text));

    [Theory]
    [InlineData("prod", "prod")]
    [InlineData("*", "'`*'")]
    [InlineData("a`b[1]", "'a``b`[1`]'")]
    public void CommandPattern_ConnectionName_MatchesOnlyThatName(string name, string expected) =>
        Assert.Equal(expected, CommandText.Pattern(name));

    [Fact]
    public void Advice_IdWithSpecialCharacters_IsQuotedInCommand()
    {
        var error = new OrphanedTokenException(
            new ApiToken { Id = "42; rm -rf ~", Connection = "a b", Name = "x" }, "It was lost.", inner: null);

        Assert.EndsWith("Remove-ApiToken -Id '42; rm -rf ~' -Connection 'a b'", CommandText.Advice(error, connection: null));
    }

    private static byte[] Header(string operation)
    {
        string header = $$"""
            {"time":"2026-01-01T00:00:00+00:00","event":"journal","operation":"{{operation}}",
            "accounts":["Devo example-domain https://127.0.0.1/"]}
            """;
        return Encoding.UTF8.GetBytes(header.ReplaceLineEndings(string.Empty) + "\n");
    }

    private static string RandomName(Random random)
    {
        string name = string.Concat(Enumerable.Range(0, random.Next(1, 9)).Select(_ => Fragments[random.Next(Fragments.Length)]));
        return string.IsNullOrWhiteSpace(name) ? "*" : name.Length > 255 ? name[..20] : name;
    }

    private static NewTokenRequest Request(TokenConnection connection, string name) => ServiceRecipe.Of(connection.Service).New(name);

    private static async Task RoundTripAsync(TokenConnection connection, string name, string newName)
    {
        ITokenService tokens = connection.Tokens;
        ApiToken issued = await tokens.CreateAsync(Request(connection, name), default);
        Assert.Equal(name, issued.Name);
        Assert.Equal(name, (await tokens.GetAsync(issued.Id, default)).Name);
        Assert.Equal([name], await FindByNameAsync(tokens, name, issued.Id));
        if (connection.Capabilities.Rename)
        {
            await tokens.RenameAsync(issued.Id, newName, default);
            Assert.Equal(newName, (await tokens.GetAsync(issued.Id, default)).Name);
            Assert.Equal([newName], await FindByNameAsync(tokens, newName, issued.Id));
            name = newName;
        }

        await tokens.RemoveAsync(issued.Id, default);
        Assert.Empty(await FindByNameAsync(tokens, name, issued.Id));
    }

    // The result of a lookup by name: only tokens with this name (in any case), and ours once.
    private static async Task<string[]> FindByNameAsync(ITokenService tokens, string name, string id)
    {
        List<ApiToken> found = await tokens.ListAsync(new TokenFilter { Names = [NamePattern.Literal(name)] });
        Assert.All(found, token => Assert.Equal(name, token.Name, ignoreCase: true));
        return [.. found.Where(token => token.Id == id).Select(token => token.Name)];
    }

    /// <summary>Writes a number of lines, and half of the next one; then the disk is full.</summary>
    private sealed class FullDisk : MemoryStream
    {
        public int Lines { get; set; } = int.MaxValue;

        public override void Write(byte[] buffer, int offset, int count)
        {
            if (Lines-- > 0)
            {
                base.Write(buffer, offset, count);
                return;
            }

            base.Write(buffer, offset, count / 2);
            throw new IOException("No space left on device.");
        }
    }
}
