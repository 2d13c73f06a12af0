using System.Text.RegularExpressions;
using ApiTokens.PowerShell.Tests.Display;
using ApiTokens.PowerShell.Tests.Support;

namespace ApiTokens.PowerShell.Tests;

/// <summary>Names with escape sequences and control characters cannot control a terminal when they are shown or logged.</summary>
public sealed class TerminalTextTests(SandboxFixture fixture, ListViewFixture lists) : CmdletTest(fixture), IClassFixture<ListViewFixture>
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

    [Theory]
    [InlineData("ApiTokens.ApiToken", true)]
    [InlineData("ApiTokens.IssuedToken", true)]
    [InlineData("ApiTokens.ApiToken", false)]
    [InlineData("ApiTokens.IssuedToken", false)]
    [InlineData("Deserialized.ApiTokens.ApiToken", false)]
    [InlineData("Deserialized.ApiTokens.IssuedToken", false)]
    [InlineData("ApiTokens.Audit.TokenFinding", false)]
    [InlineData("Deserialized.ApiTokens.Audit.TokenFinding", false)]
    public void View_ObjectOfAFile_ShowsNoControlCharacter(string type, bool list)
    {
        string text = $"x{Escape}[2J{Override}y";
        string[] properties =
        [
            "Name", "Id", "Service", "Account", "Connection", "Status", "Description", "Owner", "Issuer", "Role", "Scope", "Audience",
            "ExpiresAt", "CreatedAt", "LastUsedAt", "Severity", "RuleId", "Message", "BaseUri", "Secret",
        ];
        var value = new PSObject();
        foreach (string property in properties)
        {
            value.Properties.Add(new PSNoteProperty(property, text));
        }

        value.TypeNames.Insert(0, type);
        ModuleSession session = list ? lists.Session : Session;
        session.Host.Clear();
        session.Run("param($Value) $Value | Out-Default", value).ShouldSucceed();

        Assert.Contains("[2J", session.Host.Text);
        Assert.Equal(-1, Text().IndexOfAny([Escape, Override, Bell]));

        // The engine itself colors the header of a table.
        string Text() => Regex.Replace(session.Host.Text, "\u001B\\[[0-9;]*m", string.Empty);
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
