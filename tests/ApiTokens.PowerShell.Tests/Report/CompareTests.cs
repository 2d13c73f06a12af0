using ApiTokens.PowerShell.Tests.Support;

namespace ApiTokens.PowerShell.Tests.Report;

/// <summary>Compare-ApiToken: a report against the services, a list or another report.</summary>
public sealed class CompareTests(SandboxFixture fixture) : CmdletTest(fixture)
{
    [Fact]
    public void Compare_ReportWithNow_FindsWhatChangedOnEachService()
    {
        PSObject renamed = NewToken("wegnology");
        PSObject disabled = NewToken("devo");
        PSObject gone = NewToken("gcore");
        string before = Export();
        Assert.Empty(Output("param($Path) Compare-ApiToken $Path", before));
        Assert.Equal(true, Single("param($Path) Compare-ApiToken $Path -Quiet", before).BaseObject);

        Run("param($Token) $Token | Rename-ApiToken -NewName renamed", renamed).ShouldSucceed();
        Run("param($Token) $Token | Disable-ApiToken", disabled).ShouldSucceed();
        Run("param($Token) $Token | Remove-ApiToken", gone).ShouldSucceed();
        PSObject added = NewToken("application-users");
        IReadOnlyList<PSObject> changes = Output("param($Path) Compare-ApiToken -Reference $Path", before);

        Assert.Equal(
            new[]
            {
                ("Changed", renamed.Text("Id"), "Name", renamed.Text("Name"), "renamed"),
                ("Changed", disabled.Text("Id"), "Status", "Active", "Inactive"),
                ("Gone", gone.Text("Id"), "", "", ""),
                ("New", added.Text("Id"), "", "", ""),
            }.Order(),
            changes.Select(change => (change.Text("ChangeKind"), change.Text("Id"), change.Text("Property"), change.Text("OldValue"),
                change.Text("NewValue"))).Order());
        Assert.Equal(false, Single("param($Path) Compare-ApiToken $Path -Quiet", before).BaseObject);

        // A change identifies its token for other cmdlets.
        Run("param($Path) Compare-ApiToken $Path | Where-Object ChangeKind -eq New | Remove-ApiToken", before).ShouldSucceed();
        Assert.DoesNotContain("New", Output("param($Path) Compare-ApiToken $Path", before).Texts("ChangeKind"));

        // Two reports, and a list from the pipeline.
        string after = Export();
        Assert.Equal(3, Output("param($Before, $After) Compare-ApiToken $Before $After", before, after).Count);
        Assert.Equal(3, Output("param($Before) Get-ApiToken -Connection * | Compare-ApiToken $Before", before).Count);
        Assert.Single(
            Output("param($Before) Get-ApiToken -Connection * | Compare-ApiToken $Before | Where-Object Service -eq Gcore", before));
    }

    [Fact]
    public void Compare_Objects_AcceptsTokensAndCopies()
    {
        IReadOnlyList<PSObject> tokens = Output("Get-ApiToken -Connection *");
        object copies = PSSerializer.Deserialize(PSSerializer.Serialize(tokens.ToArray()));
        const string Compare = "param($Old, $New) Compare-ApiToken -ReferenceObject $Old -DifferenceObject $New";
        Assert.Empty(Output(Compare, copies, tokens.ToArray()));
        Assert.Equal(tokens.Count, Output(Compare, Array.Empty<object>(), tokens.ToArray()).Count);
        Assert.Equal(["Gone"], Output(Compare, tokens.ToArray(), Array.Empty<object>()).Texts("ChangeKind").Distinct());
        Assert.Equal("InvalidInputObject", Run(Compare, new[] { "text" }, tokens.ToArray()).Errors[0].Id());
    }

    [Fact]
    public void Compare_ListFails_ReportsNoTokenOfThatAccountAsGone()
    {
        string before = Export();
        Sandbox.AddFault(new { service = "gcore", kind = "status", status = 404, count = 1 });
        RunResult result = Run("param($Path) Compare-ApiToken $Path", before);
        Assert.Equal("ObjectNotFound", result.Error.Id());
        Assert.Empty(result.Output);

        Sandbox.AddFault(new { service = "gcore", kind = "status", status = 404, count = 1 });
        Assert.Equal(false, Run("param($Path) Compare-ApiToken $Path -Quiet", before).Single.BaseObject);
    }

    [Fact]
    public void Compare_AccountWithoutConnection_IsAnErrorUnlessConnectionsAreNamed()
    {
        string before = Export();
        using ModuleSession other = OpenSession();
        other.Run("Disconnect-ApiTokenService devo").ShouldSucceed();
        RunResult result = other.Run("param($Path) Compare-ApiToken $Path -Quiet", before);
        Assert.Equal("ConnectionNotFound", result.Error.Id());
        Assert.Equal(false, result.Single.BaseObject);
        Assert.Equal(true, other.Single("param($Path) Compare-ApiToken $Path -Connection gcore -Quiet", before).BaseObject);
    }

    [Theory]
    [InlineData("InvalidReferencePath", "Compare-ApiToken none.json")]
    [InlineData("InvalidDifferencePath", "Compare-ApiToken -ReferenceObject @() -DifferencePath none.json")]
    [InlineData("InvalidDifferencePath", "Compare-ApiToken -ReferenceObject @() -DifferencePath none.json -Connection *")]
    [InlineData("ConnectionNotFound", "Compare-ApiToken -ReferenceObject @() -Connection none")]
    public void Compare_FaultyArgument_FailsWithoutARequest(string errorId, string script)
    {
        RequestCount before = Sandbox.Count();
        Assert.Equal(errorId, Run(script).Terminating?.Id());
        Assert.Equal(before.Total, Sandbox.Count().Total);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"tokens\":null}")]
    [InlineData("{\"tokens\":[null]}")]
    [InlineData("{\"tokens\":[{\"id\":\"1\"}]}")]
    [InlineData("not JSON")]
    [InlineData("")]
    public void Compare_FileThatIsNoReport_Fails(string content)
    {
        string path = NewPath(".json");
        File.WriteAllText(path, content);
        ErrorRecord? error = Run("param($Path) Compare-ApiToken $Path", path).Terminating;
        Assert.Equal("InvalidReferencePath", error?.Id());
        Assert.StartsWith("-ReferencePath: ", error!.ToString());
    }

    [Theory]
    [InlineData(".html", "Tokens that are new: 0; gone: 0; changed: 1.")]
    [InlineData(".md", "| Changed | `Wegnology` |")]
    [InlineData(".json", "\"newValue\": \"shown\"")]
    public void Report_OfChanges_ShowsThem(string extension, string expected)
    {
        PSObject token = NewToken("wegnology");
        string before = Export();
        Run("param($Token) $Token | Rename-ApiToken -NewName shown", token).ShouldSucceed();
        string path = NewPath(extension);
        Run("param($Before, $Path) Compare-ApiToken $Before | Export-ApiTokenReport $Path", before, path).ShouldSucceed();
        string text = File.ReadAllText(path);
        Assert.Contains(expected, text);
        Assert.Contains(token.Text("Id"), text);
        Assert.DoesNotContain("This report has no tokens", text);
    }

    private string Export()
    {
        string path = NewPath(".json");
        Run("param($Path) Get-ApiToken -Connection * | Export-ApiTokenReport $Path", path).ShouldSucceed();
        return path;
    }
}
