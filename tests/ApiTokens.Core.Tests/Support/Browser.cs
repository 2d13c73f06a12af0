using System.Diagnostics;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ApiTokens.Core.Tests.Support;

/// <summary>A test that needs a real browser; it is skipped if none is found.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class BrowserFactAttribute : FactAttribute
{
    public BrowserFactAttribute()
    {
        Skip = Browser.Program is null
            ? "No Chromium, Chrome or Edge was found. Install one (on Debian: apt-get install chromium), or set BROWSER to its path."
            : null;
    }
}

/// <summary>A page of a headless Chromium, controlled over the DevTools protocol.</summary>
public sealed class Browser : IAsyncLifetime
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);

    private readonly DirectoryInfo _profile = Directory.CreateTempSubdirectory("apitokens-browser-");
    private readonly ClientWebSocket _socket = new();
    private readonly List<string> _problems = [];
    private Process? _process;
    private int _lastId;

    /// <summary>The path of the browser, or null if none is found.</summary>
    public static string? Program { get; } = Candidates().FirstOrDefault(File.Exists);

    /// <summary>The problems in the page: errors, exceptions and violations of its content security policy.</summary>
    public IReadOnlyList<string> Problems => _problems;

    public async Task InitializeAsync()
    {
        if (Program is null)
        {
            return;
        }

        _process = Process.Start(new ProcessStartInfo(
            Program,
            [
                "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--hide-scrollbars", "--disable-extensions",
                "--disable-background-networking",
                "--remote-debugging-port=0", $"--user-data-dir={_profile.FullName}", "about:blank",
            ])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        })!;
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginErrorReadLine();
        string port = await ReadPortAsync();
        using var http = new HttpClient();
        JsonNode targets = JsonNode.Parse(await http.GetStringAsync(new Uri($"http://127.0.0.1:{port}/json/list")))!;
        string address = targets.AsArray().First(target => (string?)target!["type"] == "page")!["webSocketDebuggerUrl"]!.GetValue<string>();
        await _socket.ConnectAsync(new Uri(address), CancellationToken.None);
        foreach (string domain in new[] { "Page", "Log", "Runtime" })
        {
            await SendAsync($"{domain}.enable");
        }
    }

    public async Task DisposeAsync()
    {
        _socket.Dispose();
        if (_process is not null)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
            _process.Dispose();
        }

        try
        {
            _profile.Delete(recursive: true);
        }
        catch (IOException)
        {
            // A process of the browser is still writing; the folder is temporary.
        }
    }

    /// <summary>Opens a file, waits until it has loaded, and returns the time that it took.</summary>
    public async Task<TimeSpan> OpenAsync(string path, int width = 1280, int height = 900)
    {
        await SendAsync(
            "Emulation.setDeviceMetricsOverride",
            new JsonObject { ["width"] = width, ["height"] = height, ["deviceScaleFactor"] = 1, ["mobile"] = false });
        await SendAsync("Page.navigate", new JsonObject { ["url"] = "about:blank" });
        await UntilAsync("location.href === 'about:blank'");
        _problems.Clear();
        var watch = Stopwatch.StartNew();
        await SendAsync("Page.navigate", new JsonObject { ["url"] = new Uri(path).AbsoluteUri });
        await UntilAsync("location.protocol === 'file:' && document.readyState === 'complete'");
        return watch.Elapsed;
    }

    /// <summary>Evaluates an expression in the page.</summary>
    public async Task<JsonNode?> EvaluateAsync(string expression)
    {
        JsonNode response = await SendAsync(
            "Runtime.evaluate", new JsonObject { ["expression"] = expression, ["returnByValue"] = true, ["awaitPromise"] = true });
        return response["exceptionDetails"] is { } failure
            ? throw new InvalidOperationException($"{expression}: {failure}")
            : response["result"]!["value"]?.DeepClone();
    }

    /// <summary>Waits until an expression is true in the page.</summary>
    public async Task UntilAsync(string expression)
    {
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < Timeout; await Task.Delay(10))
        {
            try
            {
                if ((await EvaluateAsync(expression))?.GetValueKind() == JsonValueKind.True)
                {
                    return;
                }
            }
            catch (InvalidOperationException) when (watch.Elapsed < Timeout / 2)
            {
                // The page is navigating.
            }
        }

        throw new TimeoutException(
            $"The expression did not become true in the page: {expression}. Problems: {string.Join("; ", _problems)}");
    }

    /// <summary>Types into the focused element.</summary>
    public Task TypeAsync(string text) => SendAsync("Input.insertText", new JsonObject { ["text"] = text });

    /// <summary>Presses a key.</summary>
    public async Task PressAsync(string key, int code, string? text = null)
    {
        var down = new JsonObject { ["type"] = "keyDown", ["key"] = key, ["code"] = key, ["windowsVirtualKeyCode"] = code };
        if (text is not null)
        {
            down["text"] = text;
        }

        await SendAsync("Input.dispatchKeyEvent", down);
        await SendAsync(
            "Input.dispatchKeyEvent",
            new JsonObject { ["type"] = "keyUp", ["key"] = key, ["code"] = key, ["windowsVirtualKeyCode"] = code });
    }

    /// <summary>Sets the preferred color scheme: light or dark.</summary>
    public Task SetSchemeAsync(string scheme) => SendAsync("Emulation.setEmulatedMedia", new JsonObject
    {
        ["features"] = new JsonArray(new JsonObject { ["name"] = "prefers-color-scheme", ["value"] = scheme }),
    });

    /// <summary>Allows or blocks scripts in pages.</summary>
    public Task SetScriptsAsync(bool allowed) => SendAsync("Emulation.setScriptExecutionDisabled", new JsonObject { ["value"] = !allowed });

    /// <summary>Prints the page to PDF.</summary>
    public async Task<byte[]> PrintAsync() => Convert.FromBase64String((await SendAsync("Page.printToPDF"))["data"]!.GetValue<string>());

    /// <summary>Takes a screenshot as PNG.</summary>
    public async Task<byte[]> CaptureAsync() =>
        Convert.FromBase64String((await SendAsync("Page.captureScreenshot"))["data"]!.GetValue<string>());

    private static IEnumerable<string> Candidates()
    {
        string[] names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge", "msedge"];
        string[] folders = (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        string[] programs =
        [
            Environment.GetEnvironmentVariable("ProgramFiles") ?? "", Environment.GetEnvironmentVariable("ProgramFiles(x86)") ?? "",
        ];
        return
        [
            Environment.GetEnvironmentVariable("BROWSER") ?? "",
            .. folders.SelectMany(folder => names.Select(name => Path.Combine(folder, OperatingSystem.IsWindows() ? name + ".exe" : name))),
            .. programs.SelectMany(
                folder => new[]
                {
                    Path.Combine(folder, @"Google\Chrome\Application\chrome.exe"),
                    Path.Combine(folder, @"Microsoft\Edge\Application\msedge.exe"),
                }),
            "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
            "/Applications/Chromium.app/Contents/MacOS/Chromium",
            "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
        ];
    }

    private async Task<string> ReadPortAsync()
    {
        string file = Path.Combine(_profile.FullName, "DevToolsActivePort");
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < Timeout; await Task.Delay(20))
        {
            if (File.Exists(file) && await File.ReadAllLinesAsync(file) is [{ Length: > 0 } port, ..])
            {
                return port;
            }
        }

        throw new TimeoutException($"{Program} did not open its port.");
    }

    // One request at a time: messages that arrive before its response are events.
    private async Task<JsonNode> SendAsync(string method, JsonObject? parameters = null)
    {
        int id = ++_lastId;
        var request = new JsonObject { ["id"] = id, ["method"] = method, ["params"] = parameters ?? [] };
        using var timeout = new CancellationTokenSource(Timeout);
        await _socket.SendAsync(
            Encoding.UTF8.GetBytes(request.ToJsonString()), WebSocketMessageType.Text, endOfMessage: true, timeout.Token);
        while (true)
        {
            JsonNode message = await ReceiveAsync(timeout.Token);
            if ((int?)message["id"] == id)
            {
                return message["result"] ?? throw new InvalidOperationException($"{method}: {message["error"]}");
            }

            RecordProblem(message);
        }
    }

    private async Task<JsonNode> ReceiveAsync(CancellationToken cancellationToken)
    {
        using var message = new MemoryStream();
        var buffer = new byte[64 * 1024];
        WebSocketReceiveResult part;
        do
        {
            part = await _socket.ReceiveAsync(new ArraySegment<byte>(buffer), cancellationToken);
            message.Write(buffer, 0, part.Count);
        }
        while (!part.EndOfMessage);

        return JsonNode.Parse(message.ToArray())!;
    }

    private void RecordProblem(JsonNode message)
    {
        JsonNode? details = message["params"];
        string? problem = (string?)message["method"] switch
        {
            "Runtime.exceptionThrown" => details!["exceptionDetails"]!.ToJsonString(),
            "Log.entryAdded" when (string?)details!["entry"]!["level"] is "error" or "warning" => (string?)details["entry"]!["text"],
            "Runtime.consoleAPICalled" when (string?)details!["type"] is "error" or "warning" or "assert" =>
                details["args"]!.ToJsonString(),
            _ => null,
        };
        if (problem is not null)
        {
            _problems.Add(problem);
        }
    }
}
