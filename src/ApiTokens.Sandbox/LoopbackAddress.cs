using System.Net;

namespace ApiTokens.Sandbox;

/// <summary>Reads the addresses to listen on, and takes none that another machine could reach.</summary>
internal static class LoopbackAddress
{
    public static List<IPEndPoint> Parse(string urls)
    {
        List<IPEndPoint> endpoints = [.. urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(ParseOne)];
        return endpoints.Count > 0 ? endpoints : throw new ArgumentException("An address to listen on is needed.");
    }

    private static IPEndPoint ParseOne(string url)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out Uri? uri) || uri.Scheme != Uri.UriSchemeHttp || uri.PathAndQuery != "/")
        {
            throw new ArgumentException($"'{url}' is not an address such as http://127.0.0.1:0.");
        }

        if (!uri.IsLoopback)
        {
            throw new ArgumentException($"'{url}' is not a loopback address; the sandbox listens on no other.");
        }

        IPAddress address = IPAddress.TryParse(uri.DnsSafeHost, out IPAddress? literal) ? literal : IPAddress.Loopback;
        return new IPEndPoint(address, uri.Port);
    }
}
