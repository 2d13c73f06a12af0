using ApiTokens.PowerShell.Tests.Support;

namespace ApiTokens.PowerShell.Tests;

/// <summary>
/// -Confirm, the answers to its prompt, and $ConfirmPreference, verified by the effect on the secret and the number of write requests.
/// </summary>
public sealed class ConfirmationTests(SandboxFixture fixture) : CmdletTest(fixture)
{
    /// <summary>The connection, the answers, and whether each of three tokens is removed.</summary>
    public static TheoryData<string, string, string> AnswersForThreeTokens
    {
        get
        {
            TheoryData<string, string, string> cases = [];
            foreach (ServiceCase service in ServiceCase.All)
            {
                cases.Add(service.Connection, "Yes, No, Yes", "removed, kept, removed");
                cases.Add(service.Connection, "Yes to All", "removed, removed, removed");
                cases.Add(service.Connection, "No to All", "kept, kept, kept");
                cases.Add(service.Connection, "No, Yes to All", "kept, removed, removed");
                cases.Add(service.Connection, "Yes, No to All", "removed, kept, kept");
                cases.Add(service.Connection, "Suspend, Yes, No, Suspend, Suspend, No", "removed, kept, kept");
            }

            return cases;
        }
    }

    /// <summary>Each value of $ConfirmPreference with each command, and whether the command prompts.</summary>
    public static TheoryData<string, string, bool> Preferences
    {
        get
        {
            (string Command, ConfirmImpact Impact)[] commands =
            [
                ("New-ApiToken", ConfirmImpact.Low),
                ("Enable-ApiToken", ConfirmImpact.Low),
                ("Rename-ApiToken -NewName other", ConfirmImpact.Low),
                ("Set-ApiToken -Description other", ConfirmImpact.Medium),
                ("Disable-ApiToken", ConfirmImpact.Medium),
                ("Remove-ApiToken", ConfirmImpact.High),
                ("Reset-ApiToken", ConfirmImpact.High),
            ];
            TheoryData<string, string, bool> cases = [];
            foreach (ConfirmImpact preference in Enum.GetValues<ConfirmImpact>())
            {
                foreach ((string command, ConfirmImpact impact) in commands)
                {
                    cases.Add(preference.ToString(), command, preference != ConfirmImpact.None && impact >= preference);
                }
            }

            return cases;
        }
    }

    [Theory]
    [ClassData(typeof(WriteCommandsAndReset))]
    public void Confirm_Yes_SendsTheWriteRequestsAfterTheAnswer(string command, string connection)
    {
        PSObject token = NewTokenFor(command, connection);
        Session.Host.Answers.Enqueue("Yes");
        Questions asked = Confirm(command, token);
        Assert.Equal(1, asked.Count);
        Assert.Equal(WritesOf(command, connection), asked.Writes);
        AssertChanged(command, token);
    }

    [Theory]
    [ClassData(typeof(WriteCommandsAndReset))]
    public void Confirm_No_SendsNoWriteRequest(string command, string connection)
    {
        PSObject token = NewTokenFor(command, connection);
        Session.Host.Answers.Enqueue("No");
        Questions asked = Confirm(command, token);
        Assert.Equal(1, asked.Count);
        Assert.Equal(0, asked.Writes);
        AssertUnchanged(command, token);
    }

    [Theory]
    [ClassData(typeof(WriteCommandsAndReset))]
    public void Confirm_SuspendThenYes_AsksAgainBeforeAnyWriteRequest(string command, string connection)
    {
        PSObject token = NewTokenFor(command, connection);
        Session.Host.Answers.Enqueue("Suspend");
        Session.Host.Answers.Enqueue("Yes");
        Questions asked = Confirm(command, token);
        Assert.Equal(2, asked.Count);
        Assert.Equal(1, Session.Host.NestedPrompts);
        Assert.Equal(WritesOf(command, connection), asked.Writes);
        AssertChanged(command, token);
    }

    [Theory]
    [ClassData(typeof(WriteCommandsAndReset))]
    public void Confirm_SuspendThenNo_SendsNoWriteRequest(string command, string connection)
    {
        PSObject token = NewTokenFor(command, connection);
        Session.Host.Answers.Enqueue("Suspend");
        Session.Host.Answers.Enqueue("No");
        Questions asked = Confirm(command, token);
        Assert.Equal(2, asked.Count);
        Assert.Equal(1, Session.Host.NestedPrompts);
        Assert.Equal(0, asked.Writes);
        AssertUnchanged(command, token);
    }

    [Theory]
    [MemberData(nameof(AnswersForThreeTokens))]
    public void Confirm_SeveralTokens_EachAnswerDecidesOnItsTokens(string connection, string answers, string expected)
    {
        PSObject[] tokens = [NewToken(connection), NewToken(connection), NewToken(connection)];
        string[] labels = answers.Split(", ");
        foreach (string label in labels)
        {
            Session.Host.Answers.Enqueue(label);
        }

        int before = Sandbox.Count().Writes;
        Assert.Empty(Output("param($Tokens) $Tokens | Remove-ApiToken -Confirm", [tokens]));

        Assert.Equal(labels.Length, Session.Host.Questions.Count);
        Assert.Equal(labels.Count(label => label == "Suspend"), Session.Host.NestedPrompts);
        string[] states = expected.Split(", ");
        Assert.Equal(states, tokens.Select(token => Sandbox.Accepts(token) ? "kept" : "removed"));
        Assert.Equal(states.Count(state => state == "removed"), Sandbox.Count().Writes - before);
    }

    [Theory]
    [InlineData("Yes", 1)]
    [InlineData("No", 0)]
    [InlineData("Yes to All", 1)]
    [InlineData("No to All", 0)]
    public void Confirm_NewApiToken_IsIssuedAfterTheAnswer(string answer, int issued)
    {
        string name = NewName();
        Session.Host.Answers.Enqueue(answer);
        int before = Sandbox.Count().Writes;
        int whenAsked = -1;
        Session.Host.Asked = () => whenAsked = Sandbox.Count().Writes;
        IReadOnlyList<PSObject> output = Output(
            "param($Name) New-ApiToken -Connection gcore -Name $Name -Role Users -ExpiresIn 30d -Confirm", name);
        Assert.Equal(before, whenAsked);
        Assert.Equal(before + issued, Sandbox.Count().Writes);
        Assert.Equal(issued, output.Count);
        Assert.Contains(name, Assert.Single(Session.Host.Questions));
        Assert.Equal(issued, Output("Get-ApiToken -Connection gcore").Texts("Name").Count(listed => listed == name));
    }

    [Theory]
    [InlineData("devo", "ci@example.com")]
    [InlineData("application-users", "clerk")]
    public void Confirm_RemoveAllOfUserAnsweredNo_SendsNoWriteRequest(string connection, string user)
    {
        PSObject token = NewToken(connection, with: new() { ["User"] = user });
        Session.Host.Answers.Enqueue("No to All");
        int before = Sandbox.Count().Writes;
        Assert.Empty(
            Output("param($User, $Connection) Remove-ApiToken -User $User -All -Connection $Connection -Confirm", user, connection));
        Assert.Single(Session.Host.Questions);
        Assert.Equal(before, Sandbox.Count().Writes);
        Assert.True(Sandbox.Accepts(token));
    }

    [Theory]
    [ClassData(typeof(WriteCommandsAndReset))]
    public void Confirm_WithWhatIf_AsksNothing(string command, string connection)
    {
        PSObject token = NewTokenFor(command, connection);
        int before = Sandbox.Count().Writes;
        Assert.Empty(Output($"param($Token) $Token | {command} -Confirm -WhatIf", token));
        Assert.Empty(Session.Host.Questions);
        Assert.Equal(before, Sandbox.Count().Writes);
        AssertUnchanged(command, token);
    }

    [Theory]
    [MemberData(nameof(Preferences))]
    public void ConfirmPreference_ByImpactOfTheCommand_AsksOrNot(string preference, string command, bool asks)
    {
        PSObject token = NewTokenFor(command, "wegnology");
        string script = command == "New-ApiToken" ? "New-ApiToken -Connection wegnology -Name new -Scope All" : $"$Token | {command}";
        if (asks)
        {
            Session.Host.Answers.Enqueue("No");
        }

        int before = Sandbox.Count().Writes;
        Output($"param($Token) $ConfirmPreference = '{preference}'; {script}", token);

        Assert.Equal(asks ? 1 : 0, Session.Host.Questions.Count);
        Assert.Equal(asks ? 0 : WritesOf(command, "wegnology"), Sandbox.Count().Writes - before);
        if (asks)
        {
            AssertUnchanged(command, token);
        }
    }

    [Fact]
    public void Confirm_False_AsksNothingWhateverThePreference()
    {
        PSObject token = NewToken("devo");
        Output(
            """
            param($Token)
            $ConfirmPreference = 'Low'
            $Token | Disable-ApiToken -Confirm:$false
            $Token | Remove-ApiToken -Confirm:$false
            """,
            token);
        Assert.Empty(Session.Host.Questions);
        Assert.False(Sandbox.Accepts(token));
    }

    [Theory]
    [InlineData("Remove-ApiToken", "High")]
    [InlineData("Reset-ApiToken", "High")]
    [InlineData("Disable-ApiToken", "Medium")]
    public void ConfirmPreference_HostThatCannotAsk_FailsWithoutAWriteRequest(string command, string preference)
    {
        PSObject token = NewToken("devo");
        int before = Sandbox.Count().Writes;

        // As the console does with -NonInteractive.
        Session.Host.Asked = () => throw new PSInvalidOperationException("PowerShell is in NonInteractive mode.");
        RunResult result = Run(
            $"param($Id) $ConfirmPreference = '{preference}'; {command} $Id -Connection devo -ErrorAction Stop", token.Text("Id"));

        Assert.NotNull(result.Terminating);
        Assert.Contains("NonInteractive", result.Error.ToString());
        Assert.Empty(result.Output);
        Assert.Equal(before, Sandbox.Count().Writes);
        Assert.True(Sandbox.Accepts(token));
    }

    protected override void Dispose(bool disposing)
    {
        Session.Host.Asked = null;
        base.Dispose(disposing);
    }

    /// <summary>The number of write requests that a command sends for one token.</summary>
    private static int WritesOf(string command, string connection) =>
        command == "Reset-ApiToken" && !ServiceCase.Of(connection).InPlace ? 2 : 1;

    /// <summary>A token that the command changes: an inactive one for Enable-ApiToken.</summary>
    private PSObject NewTokenFor(string command, string connection)
    {
        PSObject token = NewToken(connection);
        if (command == "Enable-ApiToken")
        {
            Output("param($Token) $Token | Disable-ApiToken", token);
        }

        return token;
    }

    /// <summary>Runs a command with -Confirm on one token, and asserts that it sends no write request before each answer.</summary>
    private Questions Confirm(string command, PSObject token)
    {
        int before = Sandbox.Count().Writes;
        List<int> whenAsked = [];
        Session.Host.Asked = () => whenAsked.Add(Sandbox.Count().Writes - before);
        Output($"param($Token) $Token | {command} -Confirm", token);
        Assert.All(whenAsked, writes => Assert.Equal(0, writes));
        Assert.All(Session.Host.Questions, question => Assert.Contains(token.Text("Name"), question));
        Assert.Empty(Session.Host.Answers);
        Assert.Equal(whenAsked.Count, Session.Host.Questions.Count);
        return new Questions(whenAsked.Count, Sandbox.Count().Writes - before);
    }

    private void AssertChanged(string command, PSObject token)
    {
        switch (command.Split(' ')[0])
        {
            case "Remove-ApiToken" or "Reset-ApiToken" or "Disable-ApiToken":
                Assert.False(Sandbox.Accepts(token));
                break;
            case "Enable-ApiToken":
                Assert.True(Sandbox.Accepts(token));
                break;
            case "Rename-ApiToken":
                Assert.Equal("other", Read(token).Text("Name"));
                Assert.True(Sandbox.Accepts(token));
                break;
            default:
                PSObject now = Read(token);
                if (token.Text("Connection") == "application-users")
                {
                    Assert.All(now.Access().Values, level => Assert.Equal("None", level));
                    Assert.Equal(403, Sandbox.SecretStatus(token));
                }
                else
                {
                    Assert.Equal("other", now.Text("Description"));
                    Assert.True(Sandbox.Accepts(token));
                }

                break;
        }
    }

    private void AssertUnchanged(string command, PSObject token)
    {
        Assert.Equal(command != "Enable-ApiToken", Sandbox.Accepts(token));
        PSObject now = Read(token);
        Assert.Equal(token.Text("Name"), now.Text("Name"));
        Assert.Equal(token.Text("Description"), now.Text("Description"));
        Assert.Equal(token.Access(), now.Access());
        Assert.Equal(command == "Enable-ApiToken" ? "Inactive" : "Active", now.Text("Status"));
    }

    private sealed record Questions(int Count, int Writes);
}
