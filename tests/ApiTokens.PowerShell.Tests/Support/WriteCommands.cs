namespace ApiTokens.PowerShell.Tests.Support;

/// <summary>Theory data: each command that changes a token, with parameters, on each connection whose service supports it.</summary>
public class WriteCommands : TheoryData<string, string>
{
    public WriteCommands()
    {
        AddForEach("Remove-ApiToken", _ => true);
        AddForEach("Disable-ApiToken", service => service.SetEnabled);
        AddForEach("Enable-ApiToken", service => service.SetEnabled);
        AddForEach("Rename-ApiToken -NewName other", service => service.Rename);
        AddForEach("Set-ApiToken -Description other", service => service.SetDescription);
        AddForEach("Set-ApiToken -ApplyToAll None", service => service.SetAccess);
    }

    /// <summary>Adds a command for the services that meet a condition.</summary>
    protected void AddForEach(string command, Func<ServiceCase, bool> holds)
    {
        foreach (ServiceCase service in ServiceCase.All.Where(holds))
        {
            Add(command, service.Connection);
        }
    }
}

/// <summary>Theory data: the same, and Reset-ApiToken, which returns another token than its input.</summary>
public sealed class WriteCommandsAndReset : WriteCommands
{
    public WriteCommandsAndReset()
    {
        AddForEach("Reset-ApiToken", _ => true);
    }
}
