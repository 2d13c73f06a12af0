using ApiTokens.PowerShell.Tests.Support;

namespace ApiTokens.PowerShell.Tests;

/// <summary>Find-ApiToken -Secret: the token of a leaked secret, without showing the secret.</summary>
public sealed class FindTests(SandboxFixture fixture) : CmdletTest(fixture)
{
    [Fact]
    public void Find_LeakAcrossServices_RemovesExactlyTheLeakedTokensAndRepeatsNoSecret()
    {
        PSObject[] leaked = [.. ServiceCase.All.Select(service => NewToken(service.Connection))];
        PSObject[] others = [.. ServiceCase.All.Select(service => NewToken(service.Connection))];
        string[] unknown = [.. ServiceCase.All.Select(service => service.UnknownSecret)];
        string[] lines = [.. leaked.Select(token => token.Secret()), .. unknown, "hunter2-is-no-secret-of-these"];
        string file = NewPath(".txt");
        File.WriteAllLines(file, lines.Order(StringComparer.OrdinalIgnoreCase));

        RunResult result = Run("param($Path) Find-ApiToken -Path $Path -Probe | Remove-ApiToken -Confirm:$false", file);

        Assert.All(leaked, token => Assert.False(Sandbox.Accepts(token)));
        Assert.All(others, token => Assert.True(Sandbox.Accepts(token)));
        Assert.Equal(unknown.Length + 1, result.Errors.Count);
        Assert.All(result.ErrorIds, id => Assert.Equal("SecretNotAttributed", id));
        Assert.Equal(unknown.Length + 1, result.Errors.Select(error => (string)error.TargetObject).Distinct().Count());
        string told = string.Concat(result.Errors.Select(error => ErrorText.Of(error)));
        Assert.All(lines, line => Assert.DoesNotContain(line, told));
        Assert.All(unknown, secret => Assert.DoesNotContain(secret[^12..], told));
    }

    [Theory]
    [ClassData(typeof(EachService))]
    public void Find_SecretGivenTwice_WritesItsTokenOnce(string connection)
    {
        PSObject token = NewToken(connection, with: connection == "devo" ? new() { ["User"] = "admin@example.com" } : null);

        PSObject found = Single(
            "param($First, $Second) Find-ApiToken $First, $Second -Probe", token.Get("Secret"), token.Secret().ToSecret());

        Assert.Equal(token.Text("Id"), found.Text("Id"));
        Assert.Equal(connection, found.Text("Connection"));
        Assert.Equal(connection == "devo" ? "Value" : "Probe", found.Text("MatchedBy"));
        Assert.Equal("secret 1", found.Text("Source"));
        Assert.Equal(false, found.Get("IsConnectionCredential"));
    }

    [Theory]
    [ClassData(typeof(EachService))]
    public void Find_WithoutProbe_TakesIssuedTokensAndSendsNoSecret(string connection)
    {
        ServiceCase service = ServiceCase.Of(connection);
        PSObject token = NewToken(connection);
        RequestCount before = Sandbox.Count();

        IReadOnlyList<PSObject> found = Run("param($Token) $Token | Find-ApiToken -ErrorAction SilentlyContinue", token).Output;

        IReadOnlyList<LoggedRequest> sent = Sandbox.Since(before);
        Assert.DoesNotContain(sent, request => request.Path == "/application-users/sites/acme/me");
        Assert.DoesNotContain(sent, request => request.Path.EndsWith("/clients/me", StringComparison.OrdinalIgnoreCase)
            || request.Path.EndsWith("/wegnology/me", StringComparison.OrdinalIgnoreCase) || request.Method != "GET");
        if (service.MatchedBy is null)
        {
            Assert.Empty(found);
            Assert.Empty(sent);
        }
        else
        {
            Assert.Equal(token.Text("Id"), Assert.Single(found).Text("Id"));
            Assert.Equal(service.MatchedBy, found[0].Text("MatchedBy"));
        }
    }

    [Theory]
    [ClassData(typeof(EachService))]
    public void Find_SecretOfNoToken_FailsWithItsLengthAndForm(string connection)
    {
        ServiceCase service = ServiceCase.Of(connection);
        foreach (bool probe in new[] { false, true })
        {
            ErrorRecord error = Run("param($Secret, $Probe) Find-ApiToken $Secret -Probe:$Probe", service.UnknownSecret.ToSecret(), probe)
                .ShouldFail("SecretNotAttributed");
            Assert.StartsWith("secret 1: ", error.Exception.Message);
            Assert.Contains($"{service.UnknownSecret.Length} characters", error.Exception.Message);
            Assert.DoesNotContain(service.UnknownSecret[8..], ErrorText.Of(error));
        }
    }

    [Theory]
    [ClassData(typeof(EachService))]
    public void Find_WithProbe_SendsASecretOnlyToTheServiceWhoseFormItHas(string connection)
    {
        RequestCount before = Sandbox.Count();
        Run(
            "param($Secret) Find-ApiToken $Secret -Probe -ErrorAction SilentlyContinue",
            ServiceCase.Of(connection).UnknownSecret.ToSecret());
        Assert.Equal([connection], Sandbox.Since(before).Select(request => request.Path.Split('/')[1]).Distinct());
    }

    [Theory]
    [ClassData(typeof(EachService))]
    public void Find_CredentialOfTheConnection_WarnsAndItIsNotRemoved(string connection)
    {
        object secret = ServiceOf(connection).Get("Secret")!;

        RunResult result = Run("param($Secret) Find-ApiToken $Secret", secret).ShouldSucceed();

        Assert.Equal(true, result.Single.Get("IsConnectionCredential"));
        Assert.Equal("administrator", result.Single.Text("Name"));
        Assert.Contains($"is the credential of the connection '{connection}', the token", Assert.Single(result.Warnings));
        AssertRefused("OwnTokenProtected", "param($Secret) Find-ApiToken $Secret -WarningAction Ignore | Remove-ApiToken", secret);
    }

    [Theory]
    [ClassData(typeof(EachService))]
    public void Find_SecretOfARemovedToken_NamesNoTokenThatCouldBeRemoved(string connection)
    {
        PSObject token = NewToken(connection);
        Output("param($Token) $Token | Remove-ApiToken", token);

        RunResult result = Run("param($Secret) Find-ApiToken $Secret -Probe", token.Get("Secret"));

        Assert.Empty(result.Output);
        ErrorRecord error = result.ShouldFail("SecretNotAttributed");
        if (connection == "gcore")
        {
            // Gcore still lists it, although it is already removed.
            Assert.Contains($"({token.Text("Id")}), which is revoked.", error.Exception.Message);
        }
    }

    [Fact]
    public void Find_InventedSecretWithARealId_IsRefusedWithProbe()
    {
        PSObject token = NewToken("gcore");
        object forged = $"{token.Text("Id")}_00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff".ToSecret();
        Assert.Equal("Form", Single("param($Secret) Find-ApiToken $Secret", forged).Text("MatchedBy"));

        ErrorRecord error = Run("param($Secret) Find-ApiToken $Secret -Probe | Remove-ApiToken", forged).Error;

        Assert.Matches($"{token.Text("Id")}.*refused it \\(401\\)", error.Exception.Message);
        Assert.True(Sandbox.Accepts(token));
    }

    [Fact]
    public void Find_DevoTokenWhoseValueIsHidden_IsMatchedByItsEnd()
    {
        PSObject owner = Single(
            "param($Name) New-ApiToken -Connection devo -Name $Name -User jdoe@example.com -Audience credentials "
                + "-Scope 'table://my.app.** level://admin'",
            NewName());
        Run(
            "param($Service, $Secret) Connect-ApiTokenService Devo $Service.Account -Token $Secret -BaseUri $Service.BaseUri "
                + "-Name devo-jdoe -WarningAction Ignore",
            ServiceOf("devo"),
            owner.Get("Secret")).ShouldSucceed();
        try
        {
            PSObject token = NewToken("devo");
            PSObject found = Single("param($Secret) Find-ApiToken $Secret -Connection devo-jdoe", token.Get("Secret"));
            Assert.Equal(token.Text("Id"), found.Text("Id"));
            Assert.Equal("Masked", found.Text("MatchedBy"));
        }
        finally
        {
            Run("Disconnect-ApiTokenService devo-jdoe").ShouldSucceed();
        }
    }

    [Fact]
    public void Find_MaximumReads_LimitsTheRequestsAndSaysSo()
    {
        RequestCount before = Sandbox.Count();
        ErrorRecord error = Run(
            "param($Secret) Find-ApiToken $Secret -MaximumReads 2", ServiceCase.Of("devo").UnknownSecret.ToSecret()).Error;
        Assert.Equal(before.Total + 3, Sandbox.Count().Total);
        Assert.Contains("were not read because of the limit MaximumReads.", error.Exception.Message);
    }

    [Fact]
    public void Find_OneConnectionFails_GoesOnAndSaysThatItsSearchFailed()
    {
        Sandbox.AddFault(new { service = "devo", kind = "status", status = 403, count = 1 });
        PSObject token = NewToken("gcore");

        RunResult result = Run(
            "param($First, $Second) Find-ApiToken $First, $Second", token.Get("Secret"), ServiceCase.Of("devo").UnknownSecret.ToSecret());

        Assert.Equal(token.Text("Id"), result.Single.Text("Id"));
        Assert.All(
            result.Errors, error => Assert.EndsWith(",ApiTokens.PowerShell.Commands.FindApiTokenCommand", error.FullyQualifiedErrorId));
        Assert.Equal(["PermissionDenied", "SecretNotAttributed"], result.ErrorIds);
        Assert.Contains("The connection 'devo' could not be searched.", result.Errors[1].Exception.Message);
    }

    [Fact]
    public void Find_ObjectsWithAPropertySecret_AreTakenAsAScannerWritesThem()
    {
        PSObject token = NewToken("gcore");
        PSObject found = Single("param($Text) [pscustomobject]@{ RuleID = 'generic'; Secret = $Text } | Find-ApiToken", token.Secret());
        Assert.Equal(token.Text("Id"), found.Text("Id"));
    }

    [Theory]
    [InlineData("param($Text) Find-ApiToken -Secret $Text")]
    [InlineData("param($Text) Find-ApiToken -Secret $Text, $Text")]
    public void Find_PlainTextAsParameter_IsRefusedWithoutRepeatingIt(string script)
    {
        string text = ServiceCase.Of("devo").UnknownSecret;
        Assert.DoesNotContain(text, ErrorText.Of(Run(script, text).Error));
    }

    [Fact]
    public void Find_PlainTextFromThePipeline_IsRefusedWithoutRepeatingItInTheMessage()
    {
        // The engine sets the pipeline input as the target of such an error.
        string text = ServiceCase.Of("devo").UnknownSecret;
        Assert.DoesNotContain(text, ErrorText.Messages(Run("param($Text) $Text | Find-ApiToken", text).Error));
    }

    [Fact]
    public void Find_NoConnection_Fails()
    {
        using var session = new ModuleSession();
        session.Run("Find-ApiToken ([securestring]::new())").ShouldFail("ConnectionNotFound");
    }

    [Fact]
    public void Find_PipelineEndsEarly_WritesTheFirst()
    {
        PSObject[] tokens = [.. Enumerable.Range(0, 3).Select(_ => NewToken("gcore"))];
        PSObject found = Single("param($Tokens) Find-ApiToken $Tokens.Secret | Select-First 1", (object)tokens);
        Assert.Equal(tokens[0].Text("Id"), found.Text("Id"));
    }

    private PSObject ServiceOf(string connection) =>
        ((IEnumerable<object>)Sandbox.Started.Get("Services")!)
            .Select(PSObject.AsPSObject)
            .Single(service => service.Text("Service") == connection);
}
