using System.Collections;
using System.Management.Automation;
using System.Security;

namespace ApiTokens.PowerShell.Binding;

/// <summary>
/// Converts a dictionary or an object with properties to a hashtable. Anything else is rejected here, because PowerShell's own error
/// would quote the value with its secrets.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ConnectionInfoTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        object? input = BlankAsNullAttribute.Unwrap(inputData);
        return input switch
        {
            Hashtable table => table,
            IDictionary dictionary => Copy(dictionary.Keys.Cast<object>().Select(key => (key, (object?)dictionary[key]))),
            null or string or IEnumerable or ValueType or SecureString or PSCredential or Delegate or ScriptBlock => throw NotATable(),
            _ => Copy(Properties(inputData)),
        };
    }

    private static IEnumerable<(object Key, object? Value)> Properties(object value) => PSObject.AsPSObject(value).Properties
        .Where(property => property.IsGettable)
        .Select(property => ((object)property.Name, (object?)property.Value));

    private static Hashtable Copy(IEnumerable<(object Key, object? Value)> fields)
    {
        var table = new Hashtable(StringComparer.OrdinalIgnoreCase);
        foreach ((object key, object? value) in fields)
        {
            table[key] = value;
        }

        return table;
    }

    private static ArgumentTransformationMetadataException NotATable() => new(
        "The value is neither a hashtable nor an object with properties. Specify a value such as @{ Service = 'Devo'; ... }, or the "
            + "output of Get-AutomationConnection or ConvertFrom-Json.");
}
