using ApiTokens.PowerShell.Tests.Support;

namespace ApiTokens.PowerShell.Tests;

/// <summary>Names with escape sequences and control characters cannot control a terminal when they are shown or logged.</summary>
public sealed class TerminalTextTests(SandboxFixture fixture) : CmdletTest(fixture)
{
    private const char Override = '\u202E';
    private const char Escape = '\u001B';
    private const char Bell = '\a';

    [Fact]
    public void WhatIf_RemoveAndReset_ShowsMarksForControlCharacters()
    {
        string name = $"x{Escape}[2J{Escape}]0;owned{Bell}\r\nWhat if: nothing{Override}gpj";

        Run(
            """
            param($Name)
            $token = [pscustomobject]@{ Id = '7002'; Connection = 'gcore'; Service = 'Gcore'; Account = '1001'; Name = $Name }
            $token | Remove-ApiToken -WhatIf
            $token | Reset-ApiToken -WhatIf
            """,
            name).ShouldSucceed();

        Assert.Contains("Remove API token", Session.Host.Text);
        Assert.Contains("Reset API token", Session.Host.Text);
        Assert.Equal(-1, Session.Host.Text.IndexOfAny([Escape, Override, Bell]));
        Assert.DoesNotMatch("(?m)^What if: nothing", Session.Host.Text);
    }

    [Fact]
    public void WhatIf_OtherCmdlets_ShowsMarksForControlCharacters()
    {
        Run(
            """
            param($Bad, $Secret, $Path)
            Rename-ApiToken 7 -NewName $Bad -Connection devo -WhatIf
            New-ApiToken -Connection application-users -User $Bad -WhatIf
            Remove-ApiToken -All -User $Bad -Connection application-users -WhatIf
            [pscustomobject]@{ Name = $Bad; Secret = $Secret } | Save-ApiTokenSecret -Path "$Path.$Bad" -WhatIf
            """,
            $"x{Escape}[2J{Override}",
            NewToken("gcore").Get("Secret"),
            NewPath(".txt"));

        string text = Session.Host.Text;
        Assert.All(["Rename API token", "Create API token", "Remove API tokens", "Save"], action => Assert.Contains(action, text));
        Assert.Equal(-1, text.IndexOfAny([Escape, Override]));
    }

    [Fact]
    public void Journal_NameWithControlCharacters_IsEscaped()
    {
        string path = NewPath(".jsonl");
        PSObject token = NewToken("gcore", $"a{Override}\"b");
        Output("param($Token, $Path) $Token | Remove-ApiToken -JournalPath $Path", token, path);
        Assert.Equal(-1, File.ReadAllText(path).IndexOfAny([Escape, Override]));
        Assert.Equal(token.Text("Name"), JournalFile.Read(path)[1].GetProperty("name").GetString());
    }
}
