using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Polly;
using Polly.Retry;

namespace ApiTokens.OtherVersions;

/// <summary>A module that uses other versions of packages that ApiTokens uses.</summary>
public static class OtherModule
{
    /// <summary>Uses each of the packages.</summary>
    /// <returns>The simple names and versions of the assemblies used.</returns>
    public static string[] Work()
    {
        using ServiceProvider services = new ServiceCollection().AddHttpClient("other").Services.BuildServiceProvider();
        using HttpClient client = services.GetRequiredService<IHttpClientFactory>().CreateClient("other");

        int attempts = 0;
        ResiliencePipeline pipeline = new ResiliencePipelineBuilder()
            .AddRetry(new RetryStrategyOptions { MaxRetryAttempts = 2, Delay = TimeSpan.Zero })
            .Build();
        pipeline.Execute(() => attempts++ == 0 ? throw new InvalidOperationException("The first attempt fails.") : attempts);

        string json = JsonSerializer.Serialize(new Dictionary<string, int> { ["attempts"] = attempts });
        if (json != "{\"attempts\":2}")
        {
            throw new InvalidOperationException($"Expected two attempts, not {json}.");
        }

        Type[] used =
        [
            typeof(IHttpClientFactory), typeof(ServiceCollection), typeof(ServiceProvider), typeof(ResiliencePipeline),
            typeof(JsonSerializer),
        ];
        return [.. used.Select(type => type.Assembly.GetName()).Select(name => $"{name.Name} {name.Version}")];
    }
}
