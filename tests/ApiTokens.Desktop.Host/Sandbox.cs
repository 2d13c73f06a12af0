using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using ApiTokens.Services;

namespace ApiTokens.Desktop.Host;

/// <summary>The sandbox of the staged module, in a .NET process.</summary>
internal sealed class Sandbox : IDisposable
{
    private readonly Process _process;

    public Sandbox(string module)
    {
        using var self = Process.GetCurrentProcess();
        string program = Path.Combine(module, "sandbox", "ApiTokens.Sandbox.dll");
        _process = Process.Start(new ProcessStartInfo(
            "dotnet",
            $"\"{program}\" --urls http://127.0.0.1:0 --parent {self.Id.ToString(CultureInfo.InvariantCulture)}")
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        })!;
        using var ready = JsonDocument.Parse(
            _process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("The sandbox did not start."));
        Services =
        [
            .. ready.RootElement.GetProperty("services").EnumerateObject().Select(service => new ConnectionRequest
            {
                Service = service.Name,
                Account = service.Value.GetProperty("account").GetString()!,
                BaseUri = new Uri(service.Value.GetProperty("baseUri").GetString()!),
                Secret = SecretText.ToSecureString(service.Value.GetProperty("secret").GetString()!),
            }),
        ];
    }

    /// <summary>Requests to connect to each service as its administrator.</summary>
    public IReadOnlyList<ConnectionRequest> Services { get; }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }
}
