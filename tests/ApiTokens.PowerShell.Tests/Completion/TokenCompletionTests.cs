using ApiTokens.PowerShell.Tests.Support;

namespace ApiTokens.PowerShell.Tests.Completion;

/// <summary>Tab completion of tokens that the session has listed.</summary>
public sealed class TokenCompletionTests : CmdletTest, IClassFixture<TokenCompletionTests.IssuedTokens>
{
    private readonly IssuedTokens _issued;

    public TokenCompletionTests(SandboxFixture fixture, IssuedTokens issued)
        : base(fixture)
    {
        _issued = issued;
        if (issued.Special is null)
        {
            issued.Special = NewToken("wegnology", "ci [linux] $1");
            issued.SameName = [NewToken("wegnology", "twin"), NewToken("gcore", "twin")];
        }

        Run("Get-ApiToken -Connection * | Out-Null").ShouldSucceed();
    }

    [Fact]
    public void Name_OfAFilter_IsAPatternThatFitsOnlyTheToken()
    {
        string text = Assert.Single(Session.CompleteText("Get-ApiToken -Name CI"));
        Assert.Equal("'ci `[linux`] $1'", text);
        Assert.Equal(_issued.Special!.Text("Id"), Single($"Get-ApiToken -Connection wegnology -Name {text}").Text("Id"));
    }

    [Fact]
    public void Name_ByItsMiddle_IsCompleted() =>
        Assert.Equal(["'ci `[linux`] $1'"], Session.CompleteText("Get-ApiToken -Name *linux"));

    [Fact]
    public void Id_ByItsBeginningOrTheName_IsCompleted()
    {
        string id = _issued.Special!.Text("Id");
        Assert.Contains(id, Session.CompleteText($"Get-ApiToken -Id {id[..20]}"));
        Assert.Equal([id], Session.CompleteText("Get-ApiToken -Connection wegnology -Id ci"));
    }

    [Fact]
    public void Token_Revoked_IsNotOffered()
    {
        PSObject token = NewToken("application-users");
        Run("param($Token) $Token | Remove-ApiToken -Confirm:$false", token).ShouldSucceed();
        Run("Get-ApiToken -Connection application-users -Status Revoked | Out-Null").ShouldSucceed();

        Assert.Empty(Session.CompleteText($"Remove-ApiToken {token.Text("Name")}"));
    }

    [Fact]
    public void Token_RemovedSinceTheList_IsNotOffered()
    {
        PSObject token = NewToken("gcore");
        Run("Get-ApiToken -Connection gcore | Out-Null").ShouldSucceed();
        Assert.Single(Session.CompleteText($"Remove-ApiToken {token.Text("Name")}"));

        Run("param($Token) $Token | Remove-ApiToken -Confirm:$false", token).ShouldSucceed();

        Assert.Empty(Session.CompleteText($"Remove-ApiToken {token.Text("Name")}"));
    }

    [Fact]
    public void Token_RenamedSinceTheList_IsOfferedByItsNewName()
    {
        PSObject token = NewToken("wegnology");
        string name = NewName("renamed");
        Run("Get-ApiToken -Connection wegnology | Out-Null").ShouldSucceed();

        Run("param($Token, $Name) $Token | Rename-ApiToken -NewName $Name", token, name).ShouldSucceed();

        Assert.Equal([name], Session.CompleteText($"Remove-ApiToken {name}"));
        Assert.Empty(Session.CompleteText($"Remove-ApiToken {token.Text("Name")}"));
    }

    [Fact]
    public void Token_ResetSinceTheList_IsOfferedByItsNameAfterTheNextList()
    {
        PSObject token = NewToken("wegnology");
        Run("Get-ApiToken -Connection wegnology | Out-Null").ShouldSucceed();
        Run("param($Token) $null = $Token | Reset-ApiToken -Confirm:$false", token).ShouldSucceed();
        Run("Get-ApiToken -Connection wegnology | Out-Null").ShouldSucceed();

        Assert.Equal([token.Text("Name")], Session.CompleteText($"Remove-ApiToken {token.Text("Name")}"));
    }

    [Fact]
    public void Token_UniqueName_IsCompletedByTheName()
    {
        string text = Assert.Single(Session.CompleteText("Remove-ApiToken ci"));
        Assert.Equal("'ci [linux] $1'", text);
        Run($"Remove-ApiToken -Connection wegnology {text} -WhatIf").ShouldSucceed();
    }

    [Fact]
    public void Token_NameOfSeveral_IsCompletedByTheirIds()
    {
        Assert.Equal(
            _issued.SameName.Texts("Id").Order(StringComparer.Ordinal),
            Session.CompleteText("Disable-ApiToken -Token twin").Order(StringComparer.Ordinal));
        Assert.Equal(["twin"], Session.CompleteText("Disable-ApiToken -Connection gcore -Token twin"));
    }

    [Fact]
    public void Token_ListedByAnotherRunspace_IsNotOffered()
    {
        using ModuleSession other = OpenSession();
        Assert.DoesNotContain(
            other.CompleteText("Get-ApiToken -Name ci"), text => text.Contains("linux", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public void Tokens_MoreThanAreRemembered_OffersOnlyTheNewest()
    {
        using var session = new ModuleSession();
        try
        {
            Sandbox.Start(session, "-Tokens 2500");
            IReadOnlyList<PSObject> listed = session.Output("Get-ApiToken -Connection wegnology");
            Assert.True(listed.Count > 2500, $"{listed.Count} tokens were listed.");
            string newest = listed[0].Text("Id");
            Assert.Equal([newest], session.CompleteText($"Get-ApiToken -Connection wegnology -Id {newest}"));
            Assert.DoesNotContain(
                listed[^1].Text("Id"), session.CompleteText($"Get-ApiToken -Connection wegnology -Id {listed[^1].Text("Id")}"));
        }
        finally
        {
            session.Run("Stop-ApiTokenSandbox");
        }
    }

    /// <summary>The tokens that the first test of the class issues.</summary>
    public sealed class IssuedTokens
    {
        public PSObject? Special { get; set; }

        public IReadOnlyList<PSObject> SameName { get; set; } = [];
    }
}
