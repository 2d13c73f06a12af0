namespace ApiTokens.PowerShell.Tests.Support;

/// <summary>Combinations for theories.</summary>
public static class TheoryCases
{
    /// <summary>Each service's connection with each of some values.</summary>
    public static TheoryData<string, string> EachServiceWith(params string[] values)
    {
        TheoryData<string, string> cases = [];
        foreach (ServiceCase service in ServiceCase.All)
        {
            foreach (string value in values)
            {
                cases.Add(service.Connection, value);
            }
        }

        return cases;
    }
}
