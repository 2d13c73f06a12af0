using System.Net.Http.Headers;
using System.Reflection;
using System.Text.RegularExpressions;
using ApiTokens.Core.Tests.Support;
using ApiTokens.Http;

namespace ApiTokens.Core.Tests.Hostile;

/// <summary>Secrets are text in one type, and as short as possible: who takes one out of its SecureString stands in a list.</summary>
public sealed partial class SecretHandlingTests
{
    // File and how often. A new line here is a decision: why must this place have a secret as text?
    private static readonly Dictionary<string, int> PlainTextUses = new(StringComparer.Ordinal)
    {
        // Into a header or the body of a login, for one request.
        ["ServiceCredential.cs"] = 2,
        ["GcoreLogin.cs"] = 2,
        ["WegnologyDefinition.cs"] = 1,

        // Out of what a service says.
        ["Redactor.cs"] = 1,
        ["CredentialRedactor.cs"] = 1,
        ["SecretDelivery.cs"] = 1,

        // To tell whose it is: by the id in it, or by comparing in constant time.
        ["DevoService.cs"] = 2,
        ["GcoreService.cs"] = 1,
        ["TokenService.cs"] = 1,
        ["SecretSearch.cs"] = 1,

        // To where the user wants it: plain text, a file, a one-time code.
        ["Issued.cs"] = 1,
        ["FileDelivery.cs"] = 1,
        ["ConnectApiTokenServiceCommand.cs"] = 1,
    };

    // Where a secret arrives as text, and is text no longer: the list says that no other place has one in its hands.
    private static readonly Dictionary<string, int> SecureStringUses = new(StringComparer.Ordinal)
    {
        // From a service's answer.
        ["RestTokenService.cs"] = 1,
        ["GcoreLogin.cs"] = 2,
        ["WegnologyDefinition.cs"] = 1,

        // From the user: a parameter's text, a connection's hashtable, a scanner's findings.
        ["SecretTransformation.cs"] = 1,
        ["ConnectApiTokenServiceCommand.cs"] = 1,
        ["LeakFile.cs"] = 1,

        // From the sandbox, that tells what it made up.
        ["ApiTokenSandbox.cs"] = 2,
        ["StartApiTokenSandboxCommand.cs"] = 1,
    };

    [Fact]
    public void Only_the_places_that_must_take_a_secret_as_text() => AssertUsed(ToPlainText(), PlainTextUses);

    [Fact]
    public void Only_the_places_where_a_secret_arrives_have_it_as_text() => AssertUsed(ToSecureString(), SecureStringUses);

    [Fact]
    public void Nothing_else_opens_a_SecureString()
    {
        var others = Sources().Where(source => source.Name != "SecretText.cs").SelectMany(source => Opening().Matches(source.Text).Select(match => $"{source.Name}: {match.Value}"));

        Assert.Empty(others);
    }

    [Theory]
    [InlineData("Marshal.SecureStringToBSTR(secret)")]
    [InlineData("new NetworkCredential(\"\", secret).Password")]
    [InlineData("credential.GetNetworkCredential()")]
    [InlineData("secret.AppendChar('x')")]
    [InlineData("ConvertFrom-SecureString")]
    public void What_would_open_one_is_recognized(string code) => Assert.Matches(Opening(), code);

    [Fact]
    public void No_field_or_property_of_the_core_keeps_a_header()
    {
        var kept = typeof(ServiceCredential).Assembly.GetTypes()
            .SelectMany(type => type.GetFields(BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly).Select(field => (type, field)))
            .Where(each => Holds(each.field.FieldType))
            .Where(each => !IsStateMachine(each.type))
            .Select(each => $"{each.type.Name}.{each.field.Name}");

        Assert.Empty(kept);
    }

    [Fact]
    public async Task A_header_is_made_for_each_request()
    {
        ServiceCredential credential = new SecretCredential("Bearer", SecretText.ToSecureString("0f1e2d3c"));

        AuthenticationHeaderValue first = await credential.GetHeaderAsync(default);
        AuthenticationHeaderValue second = await credential.GetHeaderAsync(default);

        Assert.NotSame(first, second);
        Assert.NotSame(first.Parameter, second.Parameter);
        Assert.Equal(first, second);
    }

    private static void AssertUsed(Regex use, Dictionary<string, int> approved)
    {
        var found = Sources().Where(source => source.Name != "SecretText.cs").Select(source => (source.Name, Count: use.Count(source.Text))).Where(source => source.Count > 0);

        Assert.Equal(approved.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => (entry.Key, entry.Value)), found.OrderBy(source => source.Name, StringComparer.Ordinal));
    }

    private static bool Holds(Type type) => type == typeof(AuthenticationHeaderValue) || type == typeof(HttpRequestMessage)
        || type.GenericTypeArguments.Contains(typeof(AuthenticationHeaderValue)) || type.GenericTypeArguments.Contains(typeof(HttpRequestMessage));

    private static bool IsStateMachine(Type type) => type.Name.Contains('<', StringComparison.Ordinal);

    private static IEnumerable<(string Name, string Text)> Sources()
    {
        string[] files = [.. new[] { "ApiTokens.Core", "ApiTokens.PowerShell" }
            .SelectMany(project => Directory.EnumerateFiles(Path.Combine(Repository.Root, "src", project), "*.cs", SearchOption.AllDirectories))
            .Where(file => !Generated().IsMatch(file))];
        Assert.InRange(files.Length, 60, 1000);
        return files.Select(file => (Path.GetFileName(file), File.ReadAllText(file)));
    }

    [GeneratedRegex(@"\bSecretText\.ToPlainText\b")]
    private static partial Regex ToPlainText();

    [GeneratedRegex(@"\bSecretText\.ToSecureString\b")]
    private static partial Regex ToSecureString();

    [GeneratedRegex(@"SecureStringTo\w+|\bNetworkCredential\b|\bGetNetworkCredential\b|\.AppendChar\(|ConvertFrom-SecureString|\bnew SecureString\(")]
    private static partial Regex Opening();

    [GeneratedRegex(@"[\\/](bin|obj)[\\/]")]
    private static partial Regex Generated();
}
