using System.Collections;
using ApiTokens.PowerShell.Tests.Support;

namespace ApiTokens.PowerShell.Tests.Bulk;

/// <summary>
/// A create whose response is lost may have left a token whose secret is lost. It is searched for and reported, and never retried.
/// </summary>
public sealed class OrphanTests(OrphanTests.Fixture fixture) : CmdletTest<OrphanTests.Fixture>(fixture)
{
    /// <summary>Each service with each way in which a response can be lost after the service has executed the request.</summary>
    public static TheoryData<string, string> LostAnswers
    {
        get
        {
            var rows = new TheoryData<string, string>();
            foreach (ServiceCase service in ServiceCase.All)
            {
                rows.Add(service.Connection, "reset after");
                rows.Add(service.Connection, "truncate");
                rows.Add(service.Connection, "notJson");
            }

            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(LostAnswers))]
    public void New_AnswerIsLost_ReportsTheTokenThatExists(string connection, string fault)
    {
        string name = NewName();
        LoseAnswer(connection, fault);
        RequestCount before = Sandbox.Count();

        ErrorRecord error = Issue(connection, name).ShouldFail("OrphanedToken");

        AssertOneCreate(before);
        string id = Assert.Single(InUse(connection, name)).Text("Id");
        PSObject target = error.Target();
        Assert.Equal("ApiToken", target.BaseObject.GetType().Name);
        Assert.Equal(id, target.Text("Id"));
        Assert.Equal(name, target.Text("Name"));
        Assert.Equal(connection, target.Text("Connection"));
        Assert.Contains(id, error.ToString());
        Assert.Contains($"Remove-ApiToken -Id {id} -Connection {connection}", error.Advice());

        // The recommended action works, and the target of the error can be piped.
        Run("param($Orphan) $Orphan | Remove-ApiToken", error.TargetObject).ShouldSucceed();
        Assert.Empty(InUse(connection, name));
    }

    [Theory]
    [MemberData(nameof(LostAnswers))]
    public void New_AnswerIsLostWithRemoveOrphan_LeavesNothing(string connection, string fault)
    {
        string name = NewName();
        PSObject existing = NewToken(connection, name);
        LoseAnswer(connection, fault);
        RequestCount before = Sandbox.Count();

        ErrorRecord error = Issue(connection, name, "-RemoveOrphan").ShouldFail("OrphanedToken");

        AssertOneCreate(before);
        Assert.Contains("The token was removed.", error.ToString());
        Assert.NotEqual(existing.Text("Id"), error.Target().Text("Id"));

        // The token with the same name existed before.
        Assert.Equal([existing.Text("Id")], InUse(connection, name).Texts("Id"));
        Assert.True(Sandbox.Accepts(existing));
    }

    [Theory]
    [InlineData("reset before")]
    [InlineData("status 500 before")]
    public void New_NothingWasCreated_LeavesOutcomeUnknown(string fault)
    {
        // Old tokens that were issued elsewhere, and one that was issued here.
        const string name = "token-0000001";
        PSObject[] rows =
        [
            Records.Row(
                ("Connection", "devo"), ("Name", name), ("User", "user@example.com"), ("Audience", "apiv2"),
                ("Scope", "table://a level://b")),
            Records.Row(("Connection", "wegnology"), ("Name", name), ("Scope", "ReadOnly")),
            Records.Row(("Connection", "gcore"), ("Name", name), ("Role", "Users"), ("ExpiresIn", "30d")),
            Records.Row(("Connection", "application-users"), ("Name", name), ("User", "jdoe"), ("ApplyToAll", "Full")),
            Records.Row(("Connection", "gcore"), ("Name", NewToken("gcore").Text("Name")), ("Role", "Users"), ("ExpiresIn", "30d")),
        ];
        IReadOnlyList<string> existing = InUseOf(rows);
        Assert.Equal(5, existing.Count);
        Sandbox.AddFault(FaultCase.Of(fault).For(service: null, "POST", count: 5));
        RequestCount before = Sandbox.Count();

        RunResult result = Run("param($Rows) $Rows | New-ApiToken", [rows]);

        Assert.Equal(5, Sandbox.Since(before, "POST").Count);
        Assert.Equal(Enumerable.Repeat("ConnectionError", 5), result.ErrorIds);
        Assert.All(result.Errors, error =>
        {
            Assert.Contains("the service may still create it", error.ToString(), StringComparison.OrdinalIgnoreCase);
            Assert.Contains(error.TargetObject.ToString(), rows.Texts("Name"));
            Assert.NotEmpty(error.Advice());
        });
        Assert.Equal(existing, InUseOf(rows));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void New_SameNameIssuedByOthersJustBefore_IsNotTakenForAnOrphan(bool connectionHasListedTokens)
    {
        Session.ConnectTo(Sandbox, "gcore", "-Name other");
        if (connectionHasListedTokens)
        {
            Single("param($Name) New-ApiToken $Name -Connection other -Role Users -ExpiresIn 30d -RemoveOrphan", NewName());
        }

        PSObject theirs = NewToken("gcore");
        Sandbox.AddFault(new { kind = "reset", when = "before", service = "gcore", method = "POST" });

        ErrorRecord error = Run(
            "param($Name) New-ApiToken $Name -Connection other -Role Users -ExpiresIn 30d -RemoveOrphan", theirs.Text("Name"))
            .ShouldFail("ConnectionError");

        // It was issued by another user, and existed before.
        Assert.True(Sandbox.Accepts(theirs));
        Assert.Contains("the service may still create it", error.ToString(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void New_SameNameAtTheSameTime_KeepsWhatWasDelivered()
    {
        string name = NewName();
        PSObject[] rows = [.. Enumerable.Range(0, 12).Select(_ => Records.Row(("Name", name), ("Scope", "All")))];
        LoseAnswer("wegnology", "reset after");
        RequestCount before = Sandbox.Count();

        RunResult result = Run("param($Rows) $Rows | New-ApiToken -Connection wegnology -RemoveOrphan", [rows]);

        Assert.Equal(12, Sandbox.Since(before, "POST").Count);
        Assert.Equal(11, result.Output.Count);
        Assert.All(result.Output, token => Assert.True(Sandbox.Accepts(token)));
        result.ShouldFail("OrphanedToken");
        Assert.InRange(InUse("wegnology", name).Texts("Id").Except(result.Output.Texts("Id")).Count(), 0, 1);
    }

    /// <summary>Lets the next create on a service succeed and lose its response.</summary>
    private void LoseAnswer(string connection, string fault) =>
        Sandbox.AddFault(FaultCase.Of(fault).For(connection, "POST", count: 1));

    private RunResult Issue(string connection, string name, string parameters = "")
    {
        Hashtable with = ServiceCase.Of(connection).Issue;
        return Run(
            $"param($Connection, $Name, $With) New-ApiToken -Connection $Connection -Name $Name @With {parameters}",
            connection,
            name,
            with);
    }

    /// <summary>A create whose outcome is unknown is not repeated.</summary>
    private void AssertOneCreate(RequestCount before) =>
        Assert.Single(Sandbox.Since(before, "POST"), request => request.Path.EndsWith("/tokens"));

    /// <summary>The existing tokens with a name, without revoked ones.</summary>
    private IReadOnlyList<PSObject> InUse(string connection, string name) =>
        [
            .. Output("param($Connection) Get-ApiToken -Connection $Connection", connection)
                .Where(token => token.Text("Name") == name && token.Text("Status") != "Revoked"),
        ];

    private IReadOnlyList<string> InUseOf(IEnumerable<PSObject> rows) =>
        [.. rows.SelectMany(row => InUse(row.Text("Connection"), row.Text("Name"))).Texts("Id")];

    public sealed class Fixture() : ManyTokensFixture("-Tokens 20");
}
