using System.Net.Http.Headers;
using System.Reflection;
using System.Text.RegularExpressions;
using ApiTokens.Core.Tests.Support;
using ApiTokens.Http;

namespace ApiTokens.Core.Tests.Hostile;

/// <summary>Secrets become plain text only in one type, and as briefly as possible: every use is on an approved list.</summary>
public sealed partial class SecretHandlingTests
{
    // File and number of uses. Every new entry needs a reason: why does this code need the secret as plain text?
    private static readonly Dictionary<string, int> PlainTextUses = new(StringComparer.Ordinal)
    {
        // For a header or the body of a login, for one request.
        ["ServiceCredential.cs"] = 2,
        ["GcoreLogin.cs"] = 2,
        ["WegnologyDefinition.cs"] = 1,
        ["LoginCredential.cs"] = 1,

        // To redact it from the texts of a service.
        ["ForeignText.Secrets.cs"] = 3,
        ["ScriptCall.cs"] = 1,
        ["ProxySettings.cs"] = 1,

        // To find its token: by the id in it, or by comparing in constant time.
        ["DevoService.cs"] = 2,
        ["GcoreService.cs"] = 1,
        ["TokenService.Search.cs"] = 1,
        ["SecretSearch.cs"] = 1,

        // To deliver it as the user requested: plain text, a file, a one-time code.
        ["PlainTextToken.cs"] = 1,
        ["FileDelivery.cs"] = 1,
        ["ConnectApiTokenServiceCommand.cs"] = 1,
    };

    // Where a secret arrives as plain text and becomes a SecureString. No other code handles it as plain text.
    private static readonly Dictionary<string, int> SecureStringUses = new(StringComparer.Ordinal)
    {
        // From a service's response.
        ["RestTokenService.cs"] = 1,
        ["GcoreLogin.cs"] = 2,
        ["WegnologyDefinition.cs"] = 1,

        // From the user: a parameter's text, a connection's hashtable, a scanner's findings.
        ["SecretTransformation.cs"] = 1,
        ["ConnectionFields.cs"] = 1,
        ["LeakFile.cs"] = 1,
        ["LeakCandidate.cs"] = 1,

        // From a file that the module wrote, whose secret a deployment gets back if its successor fails.
        ["FileDelivery.cs"] = 1,

        // From the sandbox, which generated it.
        ["ApiTokenSandbox.cs"] = 3,
        ["ApiTokenSandboxPerson.cs"] = 2,
        ["StartApiTokenSandboxCommand.cs"] = 1,
    };

    // .NET takes the credential of a proxy as a NetworkCredential, with the password as a SecureString.
    private const string ProxyCredentialSource = "ProxySettings.cs";

    // The header of one request, to tell whether the session that it used has been replaced.
    private const string RequestHeader = "RequestState.<Authorization>k__BackingField";

    [Fact]
    public void ToPlainText_Sources_IsUsedOnlyWhereApproved() => AssertUsed(ToPlainText(), PlainTextUses);

    [Fact]
    public void ToSecureString_Sources_IsUsedOnlyWhereApproved() => AssertUsed(ToSecureString(), SecureStringUses);

    // The proxy's credential is passed on as a NetworkCredential, which keeps the SecureString.
    [Fact]
    public void SecureString_Sources_IsReadOnlyBySecretText()
    {
        var others = Sources()
            .Where(source => source.Name is not ("SecretText.cs" or ProxyCredentialSource))
            .SelectMany(source => SecureStringAccess().Matches(source.Text).Select(match => $"{source.Name}: {match.Value}"));

        Assert.Empty(others);
    }

    [Theory]
    [InlineData("Marshal.SecureStringToBSTR(secret)")]
    [InlineData("new NetworkCredential(\"\", secret).Password")]
    [InlineData("credential.GetNetworkCredential()")]
    [InlineData("secret.AppendChar('x')")]
    [InlineData("ConvertFrom-SecureString")]
    public void SecureStringAccess_KnownApis_AreRecognized(string code) => Assert.Matches(SecureStringAccess(), code);

    [Fact]
    public void CoreTypes_Fields_HoldNoAuthorizationHeader()
    {
        const BindingFlags Declared =
            BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
        var kept = typeof(ServiceCredential).Assembly.GetTypes()
            .SelectMany(type => type.GetFields(Declared).Select(field => (type, field)))
            .Where(each => Holds(each.field.FieldType))
            .Where(each => !IsStateMachine(each.type))
            .Select(each => $"{each.type.Name}.{each.field.Name}")
            .Where(field => field != RequestHeader);

        Assert.Empty(kept);
    }

    [Fact]
    public async Task Authenticate_EachRequest_AddsNewHeader()
    {
        ServiceCredential credential = new SecretCredential("Bearer", SecretText.ToSecureString("0f1e2d3c"));

        AuthenticationHeaderValue first = await HeaderAsync();
        AuthenticationHeaderValue second = await HeaderAsync();

        Assert.NotSame(first, second);
        Assert.NotSame(first.Parameter, second.Parameter);
        Assert.Equal(first, second);

        async Task<AuthenticationHeaderValue> HeaderAsync()
        {
            using var message = new HttpRequestMessage();
            await credential.AuthenticateAsync(message.Headers, default);
            return message.Headers.Authorization!;
        }
    }

    private static void AssertUsed(Regex use, Dictionary<string, int> approved)
    {
        var found = Sources()
            .Where(source => source.Name != "SecretText.cs")
            .Select(source => (source.Name, Count: use.Count(source.Text)))
            .Where(source => source.Count > 0);

        Assert.Equal(
            approved.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => (entry.Key, entry.Value)),
            found.OrderBy(source => source.Name, StringComparer.Ordinal));
    }

    private static bool Holds(Type type) => type == typeof(AuthenticationHeaderValue) || type == typeof(HttpRequestMessage)
        || type.GenericTypeArguments.Contains(typeof(AuthenticationHeaderValue))
        || type.GenericTypeArguments.Contains(typeof(HttpRequestMessage));

    private static bool IsStateMachine(Type type) => type.Name.Contains('<', StringComparison.Ordinal);

    private static IEnumerable<(string Name, string Text)> Sources()
    {
        string[] files = [.. new[] { "ApiTokens.Core", "ApiTokens.PowerShell" }
            .SelectMany(
                project => Directory.EnumerateFiles(Path.Combine(Repository.Root, "src", project), "*.cs", SearchOption.AllDirectories))
            .Where(file => !Generated().IsMatch(file))];
        Assert.InRange(files.Length, 60, 1000);
        return files.Select(file => (Path.GetFileName(file), File.ReadAllText(file)));
    }

    [GeneratedRegex(@"\bSecretText\.ToPlainText\b")]
    private static partial Regex ToPlainText();

    [GeneratedRegex(@"\bSecretText\.ToSecureString\b")]
    private static partial Regex ToSecureString();

    [GeneratedRegex(
        @"SecureStringTo\w+|\bNetworkCredential\b|\bGetNetworkCredential\b|\.AppendChar\(|ConvertFrom-SecureString|\bnew SecureString\(")]
    private static partial Regex SecureStringAccess();

    [GeneratedRegex(@"[\\/](bin|obj)[\\/]")]
    private static partial Regex Generated();
}
