using System.Text.RegularExpressions;
using ApiTokens.PowerShell.Tests.Support;

namespace ApiTokens.PowerShell.Tests;

/// <summary>Destinations of secrets that script blocks return are checked before the token is issued, if they do not need it.</summary>
public sealed class DestinationTests(SandboxFixture fixture) : CmdletTest(fixture)
{
    private const string New = "New-ApiToken -Connection gcore -Role Users -ExpiresIn 30d -Description about";

    private static readonly string[] Known = ["Account", "BaseUri", "Connection", "Description", "Name", "Service"];

    [Theory]
    [InlineData("gcore", "\"$Folder/$($_.Name).txt\"")]
    [InlineData("wegnology", "\"$Folder/$($_.Name).txt\"")]
    [InlineData("devo", "\"$Folder/$($_.Name).txt\"")]
    [InlineData("application-users", "\"$Folder/$($_.Name).txt\"")]
    [InlineData("gcore", "[System.IO.Path]::Combine($Folder, $_.Name + '.txt')")]
    [InlineData("gcore", "\"$Folder/$($_.psobject.Properties['Name'].Value).txt\"")]
    [InlineData("gcore", "$_ | ForEach-Object { \"$Folder/$($PSItem.Name).txt\" }")]
    public void New_FileOfScriptBlockExists_IsRefusedBeforeTheRequest(string connection, string script)
    {
        string folder = Directory.CreateDirectory(NewPath(".d")).FullName;
        string[] names = [NewName("a"), NewName("b")];
        string command =
            $"param($Connection, $Folder, $Names, $More) $Names | ForEach-Object {{ [pscustomobject]@{{ Name = $_ }} }} | "
                + $"New-ApiToken -Connection $Connection @More -Path {{ {script} }}";
        object[] arguments = [connection, folder, names, ServiceCase.Of(connection).Issue];
        Assert.Equal(2, Output(command, arguments).Count);
        string[] before = [.. Directory.GetFiles(folder).Order().Select(File.ReadAllText)];
        int writes = Sandbox.Count().Writes;

        RunResult again = Run(command, arguments);

        Assert.Equal(["SecretExists", "SecretExists"], again.ErrorIds);
        Assert.Empty(again.Output);
        Assert.Equal(writes, Sandbox.Count().Writes);
        Assert.Equal(before, Directory.GetFiles(folder).Order().Select(File.ReadAllText));

        Assert.Equal(2, Output($"{command} -Force", arguments).Count);
        Assert.NotEqual(before, Directory.GetFiles(folder).Order().Select(File.ReadAllText));
    }

    [Fact]
    public void NewWithWhatIf_FileExists_IsRefusedAsWithoutIt()
    {
        string file = NewPath(".txt");
        File.WriteAllText(file, "other");

        AssertRefused("SecretExists", $"param($File) {New} -Name ci -Path $File -WhatIf", file);
    }

    [Fact]
    public void New_FolderOfScriptBlockDoesNotExist_IssuesNothing() =>
        AssertRefused("InvalidPath", $"{New} -Name ci -Path {{ \"nofolder/$($_.Id).txt\" }}");

    // The script block names no folder, so the names must not choose one.
    [Fact]
    public void New_NameWithParentFolder_IsRefused()
    {
        AssertRefused("InvalidPath", $"{New} -Name web/../../x -Path {{ \"$($_.Service)/$($_.Name)/secret.txt\" }}");
    }

    [Fact]
    public void New_OneFileForTwoTokens_RecommendsAScriptBlockThatWorks()
    {
        string folder = Directory.CreateDirectory(NewPath(".d")).FullName;
        string command = "'a', 'b' | ForEach-Object { [pscustomobject] @{ Name = $_ } } | "
            + "New-ApiToken -Connection gcore -Role Users -ExpiresIn 30d -Path ";
        RunResult result = Run($"param($Folder) {command} $Folder/one.txt", folder);
        string block = Regex.Match(result.ShouldFail("SecretDestinationInUse").Advice(), @"\{ .* \}").Value;

        Assert.Equal(2, Output($"param($Folder) {command} {block.Replace("{ \"", "{ \"$Folder/")}", folder).Count);

        Assert.Equal(3, Directory.GetFiles(folder).Length);
    }

    [Fact]
    public void ResetWithWhatIf_OneFileForTwoTokens_SaysWhichWouldBeRefused()
    {
        PSObject[] tokens = [NewToken("gcore"), NewToken("gcore")];
        Session.Host.Clear();

        Run("param($Tokens, $File) $Tokens | Reset-ApiToken -Path $File -WhatIf", tokens, NewPath(".txt")).ShouldSucceed();

        string[] lines = [.. Session.Host.Lines.Where(line => line.StartsWith("What if: ", StringComparison.Ordinal))];
        Assert.DoesNotContain("refused", lines[0]);
        Assert.Matches("which would be refused: .* is already the destination of another secret of this run", lines[1]);
        Assert.EndsWith("2 tokens, of which 1 would be refused.", lines[2]);
    }

    // A value that only the issued token has makes the destination unknown until then.
    [Fact]
    public void New_ScriptBlockReadsProperty_IsRefusedBeforeTheRequestIfTheValueIsKnown()
    {
        string[] properties = [.. NewToken("gcore").Properties.Select(property => property.Name).Except(["Secret"])];
        Assert.Contains("Id", properties);
        Assert.All(properties, property => AssertRefusedBeforeTheRequest(Known.Contains(property), $"$_.{property}"));
    }

    [Theory]
    [InlineData(true, "$_.psobject.Properties['Name'].Value")]
    [InlineData(false, "\"$_\"")]
    [InlineData(false, "$_.ToString()")]
    [InlineData(false, "@($_.psobject.Properties | ForEach-Object Value)")]
    [InlineData(false, "$_.psobject.Properties['Id'].Value")]
    [InlineData(false, "$_.Id.Substring(0, 1)")]
    [InlineData(false, "$(if (-not $_.Id) { throw 'no id' })")]
    [InlineData(false, "$(if (-not $_.Id) { return })")]
    public void New_ScriptBlockReadsToken_IsRefusedBeforeTheRequestIfTheValueIsKnown(bool isKnown, string expression) =>
        AssertRefusedBeforeTheRequest(isKnown, expression);

    [Fact]
    public void New_ScriptBlockWithId_SavesEachSecret()
    {
        string folder = Directory.CreateDirectory(NewPath(".d")).FullName;
        IReadOnlyList<PSObject> tokens = Output(
            $"param($Folder) 'one', 'two' | ForEach-Object {{ [pscustomobject]@{{ Name = $_ }} }} | {New} "
                + "-Path { \"$Folder/$($_.Id).txt\" }",
            folder);
        Assert.All(tokens, token => Assert.True(Sandbox.Accepts(token, File.ReadAllText(Path.Combine(folder, $"{token.Text("Id")}.txt")))));
    }

    [Theory]
    [InlineData("'../' + 'FOLDER/w1.txt'", false)]
    [InlineData("'../FOLDER/w1.txt'", true)]
    [InlineData("\"../FOLDER/w1.txt\"", true)]
    [InlineData("'w1.txt'", true)]
    [InlineData("\"$Folder/../FOLDER/w1.txt\"", true)]
    public void New_ConstantScriptBlock_IsRefusedForTheSecondRow(string script, bool isAccepted)
    {
        string folder = Directory.CreateDirectory(NewPath(".d")).FullName;
        script = script.Replace("FOLDER", Path.GetFileName(folder));
        int before = Sandbox.Count().Writes;

        RunResult result = Run(
            $$"""
            param($Folder)
            $location = $PWD
            $null = $ExecutionContext.SessionState.Path.SetLocation($Folder)
            try {
                'w1', 'w2' | ForEach-Object { [pscustomobject]@{ Name = $_ } } | {{New}} -Path { {{script}} }
            }
            finally {
                $null = $ExecutionContext.SessionState.Path.SetLocation($location)
            }
            """,
            folder);

        Assert.Equal(isAccepted ? ["SecretDestinationInUse"] : ["InvalidPath", "InvalidPath"], result.ErrorIds);
        Assert.Equal(isAccepted ? 1 : 0, result.Output.Count);
        Assert.Equal(isAccepted ? 1 : 0, Sandbox.Count().Writes - before);
        Assert.Matches("^'w[12]': -Path: ", result.Errors[0].ToString());
        Assert.DoesNotContain("leaves the folder", result.Errors[0].ToString());
        Assert.Equal(isAccepted ? "w2" : "w1", result.Errors[0].TargetObject);
    }

    [Theory]
    [InlineData("throw 'no folder'", "no folder")]
    [InlineData("break", "-Path: ")]
    [InlineData("No-SuchCommand", "No-SuchCommand")]
    [InlineData("nosuch:/x", "-Path: ")]
    [InlineData("$null", "returned no path")]
    [InlineData("\"$Folder/missing/$($_.Name)\"", "does not exist")]
    [InlineData("\"$Folder/../$($_.Name)/../../x\"", "leaves the folder")]
    public void New_ScriptBlockReturnsNoValidPath_IsRefusedBeforeTheRequest(string script, string expected) => Assert.Contains(
        expected,
        AssertRefused(
            "InvalidPath",
            $"param($Folder) New-ApiToken x -Connection gcore -Role Users -ExpiresIn 30d -Path {{ {script} }}",
            Folder).ToString());

    // The error of a path that is only known later also names the parameter as the user specified it.
    [Fact]
    public void New_FileOfScriptBlockWithIdExists_ReturnsTheTokenWithItsSecret()
    {
        string path = NewPath(".txt");
        RunResult result = Run(
            "param($Path) 'one', 'two' | ForEach-Object { [pscustomobject]@{ Name = $_ } } | "
                + "New-ApiToken -Connection gcore -Role Users -ExpiresIn 30d -Path { $null = $_.Id; $Path }",
            path);

        ErrorRecord error = Assert.Single(result.Errors);
        Assert.Equal("SecretNotSaved", error.Id());
        Assert.StartsWith("-Path: ", error.ToString());
        Assert.Equal(2, result.Output.Count);
    }

    [Theory]
    [InlineData("{ $_.Name }", "")]
    [InlineData("{ \"tokens/$($_.Service)/$($_.Name)\" }", "tokens/Gcore/")]
    public void New_VaultEntryOfScriptBlockExists_IsRefusedBeforeTheRequest(string script, string prefix)
    {
        using ModuleSession session = OpenSession();
        string name = NewName();
        FakeVault.Import(session, new() { [prefix + name] = "another".ToSecret() });
        int before = Sandbox.Count().Writes;

        RunResult result = session.Run(
            "param($Name, $More) New-ApiToken -Connection gcore @More -Name $Name -Vault ops -SecretName " + script,
            name,
            ServiceCase.Of("gcore").Issue);

        result.ShouldFail("SecretExists");
        Assert.Equal(before, Sandbox.Count().Writes);
    }

    [Theory]
    [InlineData("{ $_.Name }")]
    [InlineData("{ throw 'no name' }")]
    [InlineData("{ }")]
    public void New_VaultEntryOfScriptBlockIsNotUnique_IsRefusedBeforeTheRequest(string script)
    {
        using ModuleSession session = OpenSession();
        FakeVault.Import(session, new() { ["same"] = "another".ToSecret() });
        int before = Sandbox.Count().Writes;

        RunResult result = session.Run(
            "param($More) New-ApiToken same -Connection gcore @More -Vault ops -SecretName " + script, ServiceCase.Of("gcore").Issue);

        result.ShouldFail(script.Contains("Name }") ? "SecretExists" : "InvalidSecretName");
        Assert.Equal(before, Sandbox.Count().Writes);
    }

    [Theory]
    [InlineData("gcore")]
    [InlineData("wegnology")]
    [InlineData("devo")]
    [InlineData("application-users")]
    public void Reset_FileOfScriptBlockExists_IsRefusedBeforeTheRequest(string connection)
    {
        PSObject old = NewToken(connection);
        File.WriteAllText(Path.Combine(Folder, $"{old.Text("Name")}.txt"), "another secret");
        const string Reset = "param($Token, $Folder) $Token | Reset-ApiToken -Path { \"$Folder/$($_.Name).txt\" }";

        AssertRefused("SecretExists", Reset, old, Folder);

        Assert.True(Sandbox.Accepts(old));
        PSObject token = Single($"{Reset} -Force", old, Folder);
        Assert.True(Sandbox.Accepts(token, File.ReadAllText(Path.Combine(Folder, $"{old.Text("Name")}.txt"))));
    }

    private void AssertRefusedBeforeTheRequest(bool expected, string expression)
    {
        string path = NewPath(".txt");
        File.WriteAllText(path, "another secret");
        int before = Sandbox.Count().Writes;

        RunResult result = Run($"param($Path) {New} x -Path {{ $null = {expression}; $Path }}", path);

        Assert.Equal((expression, expected ? "SecretExists" : "SecretNotSaved"), (expression, Assert.Single(result.ErrorIds)));
        Assert.Equal(expected ? 0 : 1, Sandbox.Count().Writes - before);
        Assert.Equal("another secret", File.ReadAllText(path));
    }
}
