using System.Diagnostics;
using ApiTokens.PowerShell.Tests.Support;

namespace ApiTokens.PowerShell.Tests;

/// <summary>Files, folders and programs that another user has prepared.</summary>
public sealed class FileAttackTests(SandboxFixture fixture) : CmdletTest(fixture)
{
    private const string Due = "param($Journal) Remove-ApiToken -Due -JournalPath $Journal -PassThru";

    [Fact]
    public void Due_OtherTokenInJournal_IsNotRemovedUnlessConfirmed()
    {
        PSObject old = NewToken("gcore");
        PSObject innocent = NewToken("gcore", NewName("innocent"));
        string journal = NewPath(".jsonl");
        Run("param($Token, $Journal) $Token | Reset-ApiToken -GracePeriod 0.00:00:01 -JournalPath $Journal", old, journal).ShouldSucceed();
        string id = innocent.Text("Id");
        File.WriteAllLines(journal, File.ReadAllLines(journal).Select(
            line => line.Contains("\"due\"", StringComparison.Ordinal) ? line.Replace($"\"{old.Text("Id")}\"", $"\"{id}\"") : line));
        Thread.Sleep(1100);
        Session.Host.Asked = () => throw new PSInvalidOperationException("PowerShell is in NonInteractive mode.");
        try
        {
            ErrorRecord error = AssertRefused("ConfirmationNeeded", Due, journal);
            Assert.Contains(innocent.Text("Name"), error.ToString());
            Assert.Contains("-Force or -Confirm:$false", error.Advice());
        }
        finally
        {
            Session.Host.Asked = null;
        }

        Session.Host.Answers.Enqueue("No");
        Assert.Empty(Output(Due, journal));
        Assert.Equal("No", Session.Host.DefaultLabel);
        Assert.True(Sandbox.Accepts(innocent));
        Session.Host.Answers.Enqueue("Yes");
        Assert.Equal(id, Single(Due, journal).Text("Id"));
    }

    [Theory]
    [InlineData("Remove-ApiToken")]
    [InlineData("Reset-ApiToken")]
    public void Row_NameOfAnotherToken_IsNotShownAsTheNameOfTheToken(string command)
    {
        PSObject production = NewToken("gcore", NewName("production"));
        Run(
            $"param($Id) [pscustomobject]@{{ Id = $Id; Name = 'harmless'; Connection = 'gcore' }} | {command} -WhatIf",
            production.Text("Id")).ShouldSucceed();

        Assert.Contains($"{production.Text("Id")} (called 'harmless' in the input) on gcore", Session.Host.Text);
        Assert.DoesNotContain($"'harmless' ({production.Text("Id")})", Session.Host.Text);
    }

    [Theory]
    [InlineData("\"$Folder/$($_.Name).txt\"")]
    [InlineData("\"$Folder/sub/../$($_.Name)\"")]
    [InlineData("$Folder + '/' + $_.Name")]
    public void Path_LeavesFolderOfScriptBlock_IsRefusedWithoutForce(string script)
    {
        string folder = Directory.CreateDirectory(NewPath(".d")).FullName;
        PSObject token = NewToken("gcore", $"../{NewName("out")}");
        string save = $"param($Token, $Folder) $Token | Save-ApiTokenSecret -Path {{ {script} }}";

        Run(save, token, folder).ShouldFail("InvalidPath");
        Assert.Empty(Directory.GetFiles(Folder, "out-*"));

        Run($"{save} -Force -ErrorAction SilentlyContinue", token, folder);
        Assert.NotEmpty(Directory.GetFiles(Folder, "out-*"));
        Directory.GetFiles(Folder, "out-*").ToList().ForEach(File.Delete);
    }

    [DeviceFileTheory]
    [InlineData("$_.Name + '.txt'")]
    [InlineData("$_.Name.ToUpperInvariant().ToLowerInvariant()")]
    [InlineData("'' + $_.Description")]
    public void Path_IsAbsoluteTextOfService_IsRefusedWithoutForce(string script)
    {
        string target = Path.Combine(Folder, NewName("planted").ToLowerInvariant());
        PSObject token = NewToken("gcore", target, new() { ["Description"] = target });
        string save = $"param($Token) $Token | Save-ApiTokenSecret -Path {{ {script} }}";

        Run(save, token).ShouldFail("InvalidPath");
        Assert.Empty(Directory.GetFiles(Folder, "planted*"));
    }

    [DeviceFileFact]
    public void Path_FolderThatDiffersInCase_IsRefusedWithoutForce()
    {
        string folder = Directory.CreateDirectory(NewPath(".Safe")).FullName;
        string other = Directory.CreateDirectory(Path.Combine(Folder, Path.GetFileName(folder).ToLowerInvariant())).FullName;
        PSObject token = NewToken("gcore", $"../{Path.GetFileName(other)}/out");

        Run("param($Token, $Folder) $Token | Save-ApiTokenSecret -Path { \"$Folder/$($_.Name)\" }", token, folder)
            .ShouldFail("InvalidPath");
        Assert.Empty(Directory.GetFiles(other));
    }

    [DeviceFileFact]
    public void LeakedTexts_Pipe_CanBeStoppedWhileItWaits()
    {
        string path = NewPath(".txt");
        using (Process process = Process.Start("mkfifo", path))
        {
            process.WaitForExit();
        }

        RunningScript running = Session.Start("param($Path) Find-ApiToken -Path $Path", path);
        Thread.Sleep(1000);
        Task stop = Task.Run(running.Stop);
        bool ended = stop.Wait(TimeSpan.FromSeconds(20));

        // The thread that opens the pipe ends with it.
        using (new FileStream(path, FileMode.Open, FileAccess.ReadWrite))
        {
        }

        Assert.True(ended, "The command waits for the pipe.");
    }

    [DeviceFileTheory]
    [InlineData("Get-ApiToken -Connection gcore | Test-ApiToken -Policy $Path")]
    public void Policy_Pipe_IsRefusedWithoutWaiting(string command)
    {
        string path = NewPath(".psd1");
        using (Process process = Process.Start("mkfifo", path))
        {
            process.WaitForExit();
        }

        RunningScript running = Session.Start($"param($Path) {command}", path);
        Task<RunResult> result = Task.Run(running.Wait);
        bool ended = result.Wait(TimeSpan.FromSeconds(20));
        if (!ended)
        {
            File.WriteAllText(path, "@{}");
        }

        Assert.True(ended, "The command waits for the pipe.");
        Assert.Contains("is a device or a pipe", result.Result.Error.ToString());
    }

    [Theory]
    [InlineData("\"$Folder/$($_.Id).txt\"")]
    [InlineData("Join-Path2 $Folder $_.Id")]
    [InlineData("\"${Folder}/$($_.Service)-$($_.Id).txt\"")]
    public void Path_StaysInFolderOfScriptBlock_IsAccepted(string script)
    {
        string folder = Directory.CreateDirectory(NewPath(".d")).FullName;
        Run(
            $"param($Token, $Folder) function Join-Path2($a, $b) {{ \"$a/$b\" }} $Token | Save-ApiTokenSecret -Path {{ {script} }}",
            NewToken("gcore"),
            folder).ShouldSucceed();
        Assert.Single(Directory.GetFiles(folder));
    }

    [DeviceFileTheory]
    [InlineData("Save-ApiTokenSecret -Path $Path -Force")]
    [InlineData("Export-ApiTokenReport -Path $Path")]
    [InlineData("Remove-ApiToken -JournalPath $Path")]
    public void Path_Pipe_IsRefusedWithoutWaiting(string command)
    {
        string path = NewPath(".csv");
        using (Process process = Process.Start("mkfifo", path))
        {
            process.WaitForExit();
        }

        RunningScript running = Session.Start($"param($Token, $Path) $Token | {command}", NewToken("gcore"), path);
        Task<RunResult> result = Task.Run(running.Wait);

        Assert.True(result.Wait(TimeSpan.FromSeconds(20)), "The command waits for the pipe.");
        Assert.Contains("is a device or a pipe", result.Result.Error.ToString());
    }

    public static TheoryData<string, string> Policies => new()
    {
        { "is larger than 64 KiB", new string(' ', (64 * 1024) + 1) + "@{}" },
        { "'configuration'", "configuration x { }" },
        { "'configuration'", "@{ ExpiryWarning = '7d' }\n  ConfiguratioN x { Import-DscResource -ModuleName y }" },
        { "'+' outside of a text", "@{ TokenLimit = 1" + string.Concat(Enumerable.Repeat("+1", 2000)) + " }" },
        { "outside of a text", "@{ TokenLimit = " + new string('!', 2000) + "1 }" },
        { "outside of a text", "@{ TokenLimit = " + new string('-', 2000) + "1 }" },
        { "outside of a text", "@{ TokenLimit = " + new string(',', 200) + "1 }" },
        { "nested more than 16 levels", "@{ KnownUsers = " + new string('(', 1000) + "1" + new string(')', 1000) + " }" },
        { "contains an expression", "@{ KnownUsers = \"" + string.Concat(Enumerable.Repeat("$(", 500)) },
        { "outside of a text", "@{ TokenLimit = [int]1 }" },
    };

    [Theory]
    [MemberData(nameof(Policies))]
    public void Policy_NoTableOfConstants_IsRefusedBeforeItIsParsed(string reason, string content)
    {
        string path = NewPath(".psd1");
        File.WriteAllText(path, content);
        Assert.Contains(reason, AssertRefused("InvalidPolicy", "param($Path) Test-ApiToken -Policy $Path", path).ToString());
    }

    [Fact]
    public void Policy_TextsCommentsAndLists_IsAccepted()
    {
        string path = NewPath(".psd1");
        File.WriteAllText(
            path,
            """
            # It's a comment with "quotes" and + signs.
            <# another (one #>
            @{
                ExpiryWarning = "14d"  # trailing
                NearLimit     = 0.9
                ExcludeRule   = @('NeverExpires', "Expired", 'Unused')
            }
            """);
        Output("param($Path) Get-ApiToken -Connection gcore | Test-ApiToken -Policy $Path | Out-Null", path);
    }

    [DeviceFileFact]
    public void Sandbox_ProgramInCurrentFolder_IsNotRun()
    {
        string proof = NewPath(".txt");
        string program = Path.Combine(Environment.CurrentDirectory, "dotnet");
        File.WriteAllText(program, $"#!/bin/sh\ntouch '{proof}'\n");
        using (Process process = Process.Start("chmod", ["+x", program]))
        {
            process.WaitForExit();
        }

        try
        {
            Run("Start-ApiTokenSandbox -SkipConnect | Stop-ApiTokenSandbox").ShouldSucceed();
        }
        finally
        {
            File.Delete(program);
        }

        Assert.False(File.Exists(proof));
    }
}
