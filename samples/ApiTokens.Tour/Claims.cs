using ApiTokens.Http;

namespace ApiTokens.Tour;

/// <summary>What the tour claims, and whether it held.</summary>
internal sealed class Claims
{
    private readonly List<(string Service, bool Holds)> _all = [];

    public void Hold(string service, string claim, bool holds)
    {
        _all.Add((service, holds));
        Console.WriteLine($"  {(holds ? "ok  " : "FAIL")} {claim}");
    }

    /// <summary>Claims that an operation fails with the id for what a service cannot do.</summary>
    public async Task NotSupportedAsync(string service, string claim, Func<Task> operation)
    {
        try
        {
            await operation();
            Hold(service, claim, false);
        }
        catch (ApiTokenException e)
        {
            Hold(service, claim, e.ErrorId == "OperationNotSupported");
        }
    }

    /// <summary>Prints the summary and gives the exit code.</summary>
    public int Summarize()
    {
        Console.WriteLine($"\n{"Service",-20}{"Claims",8}{"Held",8}");
        foreach (IGrouping<string, (string Service, bool Holds)> service in _all.GroupBy(claim => claim.Service))
        {
            Console.WriteLine($"{service.Key,-20}{service.Count(),8}{service.Count(claim => claim.Holds),8}");
        }

        return _all.TrueForAll(claim => claim.Holds) ? 0 : 1;
    }
}
