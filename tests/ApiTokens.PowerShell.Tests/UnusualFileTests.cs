using ApiTokens.PowerShell.Tests.Support;

namespace ApiTokens.PowerShell.Tests;

/// <summary>Invalid paths and arbitrary files as journal, policy and list of leaked texts are rejected, and no code in them runs.</summary>
public sealed class UnusualFileTests(SandboxFixture fixture) : CmdletTest(fixture)
{
    private const string Code = "Set-Content -LiteralPath $env:APITOKENS_PROOF -Value x";

    private static readonly Dictionary<string, string> Policies = new()
    {
        ["code"] = $"@{{ MaximumLife = ({Code}) }}",
        ["a subexpression in a text"] = $"@{{ MaximumLife = \"$({Code})\" }}",
        ["a script block"] = $"@{{ MaximumLife = {{ {Code} }} }}",
        ["code as a key"] = $"@{{ $({Code}) = 1 }}",
        ["a call of .NET"] = "@{ MaximumLife = [System.IO.File]::WriteAllText($env:APITOKENS_PROOF, \"x\") }",
        ["code before the table"] = $"{Code}; @{{}}",
        ["code after the table"] = $"@{{}} | ForEach-Object {{ {Code} }}",
        ["using"] = "using module ./evil.psm1\n@{}",
        ["nothing"] = "",
        ["an unknown key"] = "@{ Nonsense = 1 }",
        ["a key twice"] = "@{ Rule = \"Expired\"; rule = \"Expired\" }",
        ["a table for a duration"] = "@{ MaximumLife = @{ a = 1 } }",
        ["a null for a duration"] = "@{ MaximumLife = $null }",
        ["a number out of range"] = "@{ TokenLimit = 99999999999999999999 }",
        ["an unknown rule"] = "@{ Rule = \"NoSuchRule\" }",
        ["arrays 20,000 deep"] = $"@{{ Rule = {string.Concat(Enumerable.Repeat("@(", 20000))}1{new string(')', 20000)} }}",
        ["zeros"] = "\0\0\0\0",
        ["more than a policy can be"] = $"@{{ KnownUser = \"{new string('a', 1_100_000)}\" }}",
    };

    public static TheoryData<string> PolicyNames => [.. Policies.Keys];

    [DeviceFileTheory]
    [InlineData("/dev/zero")]
    [InlineData("/dev/full")]
    [InlineData("/dev/tty")]
    public void Journal_DeviceFile_IsRefusedAndNothingIsRemoved(string path)
    {
        PSObject token = NewToken("gcore");
        int before = Sandbox.Count().Writes;

        ErrorRecord error = Run("param($Token, $Path) $Token | Remove-ApiToken -JournalPath $Path", token, path).Error;

        Assert.Matches("^Journal[A-Za-z]*,ApiTokens\\.PowerShell\\.Commands\\.", error.FullyQualifiedErrorId);
        Assert.NotEmpty(error.Advice());
        Assert.Equal(before, Sandbox.Count().Writes);
        Assert.True(Sandbox.Accepts(token));
        Output("param($Token) $Token | Remove-ApiToken", token);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("no-such-drive:/x")]
    [InlineData("env:journal")]
    [InlineData("a*b/../..")]
    [InlineData("a\0b")]
    public void Journal_PathOfNoFile_IsRefused(string path) =>
        Run("param($Path) Remove-ApiToken 424242 -Connection gcore -JournalPath $Path", path).ShouldFail("JournalNotOpened");

    [Fact]
    public void Journal_PathOf32Kilobytes_IsRefused() =>
        Run("param($Path) Remove-ApiToken 424242 -Connection gcore -JournalPath $Path", new string('n', 32768))
            .ShouldFail("JournalNotOpened");

    [OrdinaryUserFact]
    public void Journal_ReadOnlyFile_IsRefused()
    {
        string path = NewPath(".jsonl");
        File.WriteAllText(path, Environment.NewLine);
        File.SetAttributes(path, FileAttributes.ReadOnly);
        Run("param($Path) Remove-ApiToken 424242 -Connection gcore -JournalPath $Path", path).ShouldFail("JournalNotOpened");
    }

    [Theory]
    [MemberData(nameof(PolicyNames))]
    public void Policy_WithAnythingButConstants_IsRefusedAndNothingInItRuns(string content)
    {
        string path = NewPath(".psd1");
        string proof = NewPath(".txt");
        Environment.SetEnvironmentVariable("APITOKENS_PROOF", proof);
        AssertThatCodeWouldLeaveProof(proof);
        File.WriteAllText(path, Policies[content]);
        int before = Sandbox.Count().Total;

        Run("param($Path) Test-ApiToken -Policy $Path -Connection gcore", path)
            .ShouldFail(content == "an unknown rule" ? "InvalidRule" : "InvalidPolicy");

        Assert.False(File.Exists(proof));
        Assert.Equal(before, Sandbox.Count().Total);
    }

    [DeviceFileFact]
    public void Policy_FileWithoutAnEnd_IsRefused() =>
        Run("Test-ApiToken -Policy /dev/zero -Connection gcore").ShouldFail("InvalidPolicy");

    [DeviceFileFact]
    public void LeakedTexts_FileWithoutAnEnd_IsRefused() =>
        Run("Find-ApiToken -Path /dev/zero -Connection gcore").ShouldFail("InvalidPath");

    [Fact]
    public void LeakedTexts_RootOfADrive_IsRefused()
    {
        Run(
            """
            param($Folder)
            $provider = $ExecutionContext.SessionState.Provider.GetOne('FileSystem')
            $drive = [System.Management.Automation.PSDriveInfo]::new('Leaks', $provider, $Folder, '', $null)
            $null = $ExecutionContext.SessionState.Drive.New($drive, 'Global')
            """,
            Folder).ShouldSucceed();
        Run("Find-ApiToken -Path Leaks:/ -Connection gcore").ShouldFail("InvalidPath");
    }

    // The engine has no Set-Content: code in a policy needs this one for the effect that the tests check.
    private void AssertThatCodeWouldLeaveProof(string proof)
    {
        Run($"function global:Set-Content($LiteralPath, $Value) {{ [System.IO.File]::WriteAllText($LiteralPath, $Value) }}; {Code}")
            .ShouldSucceed();
        Assert.True(File.Exists(proof));
        File.Delete(proof);
    }
}
