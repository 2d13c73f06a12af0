using System.Collections;
using ApiTokens.Services;

namespace ApiTokens.PowerShell.Binding;

/// <summary>One connection of a file.</summary>
/// <param name="Name">The name of the connection.</param>
/// <param name="Request">The settings, without a credential.</param>
/// <param name="Vault">The vault.</param>
/// <param name="SecretName">The name of the credential in the vault.</param>
internal sealed record ConnectionEntry(string Name, ConnectionRequest Request, string Vault, string SecretName);

/// <summary>
/// Reads the connections of a .psd1 file. It contains names of secrets in vaults. A secret in it is an error that does not quote it.
/// </summary>
internal static class ConnectionFile
{
    private const string Parameter = "Path";
    private const string Connections = "Connections";
    private const string Vault = "Vault";
    private const string SecretName = "SecretName";
    private const string Help = "Specify a .psd1 file such as @{ Vault = 'ops'; Connections = @(@{ Service = 'Gcore'; SecretName = 'gcore' }) }.";

    public static IReadOnlyList<ConnectionEntry> Read(string path)
    {
        IDictionary file = new ConstantFile(Parameter, Help).Read(path);
        foreach (object key in file.Keys)
        {
            if (!Is(key, Connections) && !Is(key, Vault))
            {
                throw Invalid($"the key '{ForeignText.Argument($"{key}")}' does not exist.", $"The keys are: {Connections}, {Vault}.");
            }
        }

        string? vault = file.Keys.Cast<object>().Where(key => Is(key, Vault)).Select(key => file[key] as string).FirstOrDefault();
        object? list = file.Keys.Cast<object>().Where(key => Is(key, Connections)).Select(key => file[key]).FirstOrDefault();
        object?[] items = list switch
        {
            IDictionary single => [single],
            IEnumerable several and not string => [.. several.Cast<object?>()],
            _ => [],
        };
        if (items.Length == 0)
        {
            throw Invalid($"'{path}' has no connections.", Help);
        }

        ConnectionEntry[] entries = [.. items.Select((item, index) => Entry(item, index + 1, vault))];
        if (entries.GroupBy(entry => entry.Name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(same => same.Count() > 1) is { } twice)
        {
            throw Invalid($"'{path}' has several connections with the name '{twice.Key}'.", "Add a different Name to each.");
        }

        return entries;
    }

    private static ConnectionEntry Entry(object? item, int number, string? vault)
    {
        string description = FormattableString.Invariant($"connection {number}");
        if (item is not IDictionary table)
        {
            throw Invalid($"{description} is not a table.", Help);
        }

        var fields = new ConnectionFields(table, Parameter);
        if (fields.Names.FirstOrDefault(name => ConnectionFields.Secrets.Contains(name, StringComparer.OrdinalIgnoreCase)) is { } secret)
        {
            throw Invalid(
                $"{description} has the field '{secret}', but the file cannot contain secrets.",
                "Remove it, save the secret in a vault with Set-Secret, and specify Vault and SecretName. If others can read the file, replace "
                    + "the secret.");
        }

        ConnectionRequest request = fields.ToRequest(Vault, SecretName);
        string name = request.Name ?? ServiceCatalog.Find(request.Service).ConnectionName;
        string source = fields.Text(Vault) ?? vault
            ?? throw Invalid($"{description} has no vault.", $"Add the field {Vault} to the connection or to the file.");
        return new ConnectionEntry(name, request, source, fields.Required(SecretName));
    }

    private static bool Is(object key, string name) => string.Equals($"{key}", name, StringComparison.OrdinalIgnoreCase);

    private static ApiTokenException Invalid(string message, string action) =>
        ApiTokenException.InvalidParameter(Parameter, message, action);
}
